package toolbox

import (
	"path"
	"slices"
	"strings"

	"cronium.dev/runner/internal/dir"
)

// LinkModules puts the modules above a job's files, where Node looks for what a script imports. `require` finds them by
// NODE_PATH, which `import` does not read.
func LinkModules(job *dir.Dir, tools string) error { return job.Link(tools+"/"+modules, modules) }

// NeedsModules says of a file of a payload whether Node may run it as a module.
func NeedsModules(file string) bool {
	return slices.Contains([]string{".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"}, path.Ext(file))
}

// IsForNode says whether a script's first line names a program that runs modules.
func IsForNode(shebang string) bool {
	return slices.ContainsFunc(strings.Fields(shebang), func(word string) bool {
		return slices.Contains([]string{"node", "nodejs", "bun", "deno", "tsx"}, path.Base(word))
	})
}
