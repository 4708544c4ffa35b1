package toolbox

import (
	"errors"
	"os"
	"syscall"

	"cronium.dev/runner/helpers"
	"cronium.dev/runner/internal/dir"
)

const (
	// Folder is a toolbox beside its runner.
	Folder = "tools"
	// Prefix is what the names of toolboxes begin with that are being made, or were not finished.
	Prefix = ".tools-"

	versions = "bin"
	// maxTries bounds how often somebody else may be in the way.
	maxTries = 5
)

// Path is where the toolbox of a runner is, below a base directory.
func Path(base, sha256 string) string { return base + "/" + versions + "/" + sha256 + "/" + Folder }

// Open opens the toolbox of a runner, which may not have been made yet.
func Open(base *dir.Dir, sha256 string) (*dir.Dir, error) {
	bin, err := base.Sub(versions)
	if err != nil {
		return nil, err
	}
	defer bin.Close()
	version, err := bin.Sub(sha256)
	if err != nil {
		return nil, err
	}
	defer version.Close()
	return version.Sub(Folder)
}

// Install makes the toolbox of a runner beside it, once for all of its jobs: a dozen files are too many for each. One that
// is not whole any more (the machine crashed, somebody tidied up) is replaced; scripts that use it find the new one by the
// same names. The executable is where the commands lead; the job is for whom it is made.
func Install(base *dir.Dir, sha256, executable, job string) error {
	bin, err := base.Ensure(versions)
	if err != nil {
		return err
	}
	defer bin.Close()
	version, err := bin.Ensure(sha256)
	if err != nil {
		return err
	}
	defer version.Close()
	if isWhole(version, executable) {
		return nil
	}
	made := Prefix + job
	err = build(version, made, executable)
	if err == nil {
		err = putInPlace(version, made, executable)
	}
	_ = version.RemoveAll(made)
	return err
}

func isWhole(version *dir.Dir, executable string) bool {
	tools := version.Path() + "/" + Folder + "/"
	for _, name := range Names() {
		if to, err := os.Readlink(tools + commands + "/" + name); err != nil || to != executable {
			return false
		}
	}
	return areWhole(tools+library+"/"+python+"/", helpers.Python()) && areWhole(tools+modules+"/"+nodePackage+"/", helpers.Node())
}

func areWhole(place string, files []helpers.File) bool {
	for _, file := range files {
		if found, err := os.Lstat(place + file.Name); err != nil || found.Size() != int64(len(file.Text)) {
			return false
		}
	}
	return true
}

// putInPlace gives what was made its name, unless another job was faster.
func putInPlace(version *dir.Dir, made, executable string) error {
	for range maxTries {
		err := version.Rename(made, Folder)
		if !errors.Is(err, syscall.ENOTEMPTY) && !errors.Is(err, syscall.EEXIST) {
			return err
		}
		if isWhole(version, executable) {
			return nil
		}
		old := made + "-old"
		if err := version.Rename(Folder, old); err == nil {
			_ = version.RemoveAll(old)
		}
	}
	return errors.New("others put their own in place all the time")
}

func build(version *dir.Dir, name, executable string) error {
	tools, err := version.Make(name, 0o700)
	if err != nil {
		return err
	}
	defer tools.Close()
	bin, err := tools.Make(commands, 0o700)
	if err != nil {
		return err
	}
	defer bin.Close()
	for _, name := range Names() {
		if err := bin.Link(executable, name); err != nil {
			return err
		}
	}
	if err := fill(tools, library, python, helpers.Python()); err != nil {
		return err
	}
	return fill(tools, modules, nodePackage, helpers.Node())
}

func fill(tools *dir.Dir, outer, inner string, files []helpers.File) error {
	parent, err := tools.Make(outer, 0o700)
	if err != nil {
		return err
	}
	defer parent.Close()
	place, err := parent.Make(inner, 0o700)
	if err != nil {
		return err
	}
	defer place.Close()
	for _, file := range files {
		if err := place.ReplaceSafely(file.Name, []byte(file.Text)); err != nil {
			return err
		}
	}
	return nil
}
