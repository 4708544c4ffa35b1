// Package helpers holds the modules by which Python and Node scripts call the cronium commands.
package helpers

import _ "embed" // For the files below.

//go:embed python/cronium.py
var python string

//go:embed node/package.json
var nodePackage string

//go:embed node/index.js
var nodeIndex string

//go:embed node/index.mjs
var nodeModule string

//go:embed node/index.d.ts
var nodeTypes string

// File is one that a script finds below its job's directory.
type File struct{ Name, Text string }

// Python are the files of the folder that goes onto PYTHONPATH.
func Python() []File { return []File{{"cronium.py", python}} }

// Node are the files of the package "cronium".
func Node() []File {
	return []File{
		{"package.json", nodePackage}, {"index.js", nodeIndex}, {"index.mjs", nodeModule}, {"index.d.ts", nodeTypes},
	}
}
