// Package toolbox puts the helper commands and modules where scripts find them.
package toolbox

import (
	"slices"
	"strings"
)

// Below a version's toolbox.
const (
	commands    = "bin"
	library     = "lib"
	python      = "python"
	modules     = "node_modules"
	nodePackage = "cronium"
	defaultPath = "/usr/local/bin:/usr/bin:/bin"
)

// Names are the helper commands: the runner's own names.
func Names() []string {
	return []string{
		"cronium", "cronium.input", "cronium.output", "cronium.getVariable", "cronium.setVariable", "cronium.event",
		"cronium.secret", "cronium.token",
	}
}

// Environment puts the commands and modules of a toolbox in front of what a script would find otherwise.
func Environment(env []string, job, tools string) []string {
	env = prepend(env, "PATH", tools+"/"+commands, defaultPath)
	env = prepend(env, "PYTHONPATH", tools+"/"+library+"/"+python, "")
	env = prepend(env, "NODE_PATH", tools+"/"+modules, "")
	return Set(Set(env, "CRONIUM_CTL", job), "CRONIUM_TOOLS", tools)
}

// Set gives a variable of an environment its value.
func Set(env []string, name, value string) []string {
	env = slices.DeleteFunc(env, func(entry string) bool { return strings.HasPrefix(entry, name+"=") })
	return append(env, name+"="+value)
}

func prepend(env []string, name, place, otherwise string) []string {
	for _, entry := range env {
		if value, found := strings.CutPrefix(entry, name+"="); found {
			otherwise = value
		}
	}
	if otherwise != "" {
		place += ":" + otherwise
	}
	return Set(env, name, place)
}
