package verbs

import (
	"sort"
	"strings"
)

const (
	aboutPath = "A PATH leads into the document, such as user.name or items[0].id.\n"

	aboutDefault = "--default VALUE is printed when there is nothing; with --json it must be JSON.\n"

	aboutPrint = "A text is printed without quotes, anything else as JSON on one line; with --json a text is JSON, too.\n"

	aboutValue = "The VALUE is taken as it stands; with --json it is JSON. - reads it from standard input, without its last line\n" +
		"break. A value that begins with -- stands behind --.\n"

	aboutScope = "There are the scopes server, event, workspace and global. Without --scope, the first of them that has the variable\n" +
		"is meant.\n"

	aboutWait = "--wait TIME, such as 10s or 2m, bounds how long a client is waited for where only one can answer; 30s without it.\n"

	aboutInput = "Prints the run's input, or what is at a PATH in it.\n\n" + aboutPath + aboutDefault + aboutPrint

	aboutEvent = "Prints what is known of the event that runs: id, name, run, job, server, startedAt, trigger, git and replayOf.\n\n" +
		aboutPath + aboutDefault + aboutPrint

	aboutOutput = "Leaves a result of this job under a NAME, or all members of a JSON object on standard input. A later value\n" +
		"replaces an earlier one. It is kept when the command ends well, whether somebody is attached or not.\n\n" + aboutValue

	aboutGet = "Prints a variable: as it is now while a client is attached, otherwise as it was when the job began. What the job has\n" +
		"set itself it always reads. A secret variable is only told by a client.\n\n" + aboutScope + aboutDefault + aboutPrint +
		"--version prints the variable's version instead, 0 when it is absent; for --if-unchanged=VERSION.\n" + aboutWait

	aboutSet = "Sets a variable. It is kept when the command ends well, whether somebody is attached or not.\n\n" + aboutValue +
		aboutScope + "One that is nowhere is set for the workspace, and without a workspace for all of them.\n" +
		"--if-unchanged sets it only if nobody has since this job has read it, or since the VERSION; a client must be\n" +
		"attached. Programs that run side by side in one job name the version.\n" +
		"--secret keeps the value where secrets are kept, never on the server; a client must be attached. Give it by -,\n" +
		"because other users of the server can see arguments.\n" + aboutWait

	aboutSecret = "Prints a secret that the event names under \"secrets\". Each is handed out once: keep it in a variable of the\n" +
		"script, such as password=$(cronium.secret DB_PASSWORD).\n"

	aboutToken = "Prints the newest token for CRONIUM_API_ENDPOINT, in an event that says \"api: true\". A token is good for 15 minutes.\n"

	aboutExit = "Exit codes: 0 done; 1 there is none; 2 wrong words, name or value; 3 it takes a client, and none came in time;\n" +
		"4 changed meanwhile, or not read before; 5 refused: a limit, a full disk, or the client says no.\n"
)

func (c command) help(verb string) string {
	return "Usage: " + prefix + "." + verb + " " + c.usage + "\n\n" + c.about + "\n" + aboutExit
}

func overview() string {
	text := strings.Builder{}
	text.WriteString("What a script that Cronium runs can call, also as cronium VERB:\n\n")
	all := commands()
	verbs := make([]string, 0, len(all))
	for verb := range all {
		verbs = append(verbs, verb)
	}
	sort.Strings(verbs)
	for _, verb := range verbs {
		text.WriteString("  " + prefix + "." + verb + " " + all[verb].usage + "\n")
	}
	text.WriteString("\nEach tells more with --help.\n\n" + aboutExit)
	return text.String()
}
