package spool

import "os"

// allocate makes sure that the disk has room for so many bytes of a new file.
func allocate(file *os.File, size int) error { return fill(file, size) }

// syncData puts a file's content on the disk.
func syncData(file *os.File) error { return file.Sync() }
