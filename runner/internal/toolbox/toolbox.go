// Package toolbox puts the helper commands and modules where a job's script finds them.
package toolbox

import (
	"slices"
	"strings"

	"cronium.dev/runner/helpers"
	"cronium.dev/runner/internal/dir"
)

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

// Install makes commands and modules in a job's directory, with which they go. The runner is the path of its executable.
// Nothing is synced: after a crash of the machine there is no script that could miss them.
func Install(job *dir.Dir, runner string) error {
	bin, err := job.MakeMasked(commands, 0o700)
	if err != nil {
		return err
	}
	defer bin.Close()
	for _, name := range Names() {
		if err := bin.Link(runner, name); err != nil {
			return err
		}
	}
	if err := install(job, library, python, helpers.Python()); err != nil {
		return err
	}
	return install(job, modules, nodePackage, helpers.Node())
}

func install(job *dir.Dir, outer, inner string, files []helpers.File) error {
	parent, err := job.MakeMasked(outer, 0o700)
	if err != nil {
		return err
	}
	defer parent.Close()
	folder, err := parent.MakeMasked(inner, 0o700)
	if err != nil {
		return err
	}
	defer folder.Close()
	for _, file := range files {
		if err := write(folder, file); err != nil {
			return err
		}
	}
	return nil
}

func write(folder *dir.Dir, file helpers.File) error {
	made, err := folder.CreateMasked(file.Name, 0o600)
	if err != nil {
		return err
	}
	defer made.Close()
	if _, err = made.WriteString(file.Text); err != nil {
		return err
	}
	return dir.AddMode(made, 0o600)
}

// Environment puts commands and modules of a job's directory in front of what a script would find otherwise.
func Environment(env []string, job string) []string {
	env = prepend(env, "PATH", job+"/"+commands, defaultPath)
	env = prepend(env, "PYTHONPATH", job+"/"+library+"/"+python, "")
	return Set(env, "CRONIUM_CTL", job)
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
