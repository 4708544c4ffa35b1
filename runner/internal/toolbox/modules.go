package toolbox

import (
	"slices"
	"strings"

	"cronium.dev/runner/internal/dir"
)

// LinkModules puts the modules above a job's files, where Node looks for what a script imports. `require` finds them by
// NODE_PATH, which `import` does not read.
func LinkModules(job *dir.Dir, tools string) error { return job.Link(tools+"/"+modules, modules) }

// NeedsModules says of a file of a payload whether Node may run it as a module.
func NeedsModules(file string) bool {
	dot := strings.LastIndexByte(file, '.')
	return dot >= 0 && isOneOf(file[dot+1:], "js mjs cjs jsx ts mts cts tsx")
}

// IsForNode says whether a script's first line names a program that runs modules.
func IsForNode(shebang string) bool {
	for _, word := range strings.Fields(shebang) {
		if isOneOf(word[strings.LastIndexByte(word, '/')+1:], "node nodejs bun deno tsx") {
			return true
		}
	}
	return false
}

func isOneOf(word, list string) bool { return slices.Contains(strings.Fields(list), word) }
