package host

import (
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
)

// logindFolders hold logind.conf and folders of drop-ins for it, the later winning over the earlier.
var logindFolders = []string{"/usr/lib/systemd", "/usr/local/lib/systemd", "/run/systemd", "/etc/systemd"}

// EndsAtLogout says whether the server ends what this session has started when the person logs out: logind does so with
// KillUserProcesses=yes, unless it keeps the account out. Files say it, so nobody is asked.
func EndsAtLogout(account string) bool {
	if os.Getenv("XDG_SESSION_ID") == "" {
		// No session of logind's, nothing that it would end.
		return false
	}
	return endsAtLogout(logindFolders, account)
}

func endsAtLogout(folders []string, account string) bool {
	kills, only, excluded := "no", "", "root"
	for _, path := range logindFiles(folders) {
		text, _ := os.ReadFile(path)
		for line := range strings.Lines(string(text)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			value = strings.TrimSpace(value)
			switch strings.TrimSpace(key) {
			case "KillUserProcesses":
				kills = strings.ToLower(value)
			case "KillOnlyUsers":
				only = value
			case "KillExcludeUsers":
				excluded = value
			}
		}
	}
	switch kills {
	case "yes", "true", "on", "1", "y", "t":
	default:
		return false
	}
	if names := strings.Fields(excluded); slices.Contains(names, account) {
		return false
	}
	names := strings.Fields(only)
	return len(names) == 0 || slices.Contains(names, account)
}

// logindFiles lists what logind reads, in its order: the main file of the last folder that has one, then the drop-ins of
// all by their names.
func logindFiles(folders []string) []string {
	main, names, last := "", []string{}, map[string]string{}
	for _, folder := range folders {
		if _, err := os.Stat(folder + "/logind.conf"); err == nil {
			main = folder + "/logind.conf"
		}
		found, _ := filepath.Glob(folder + "/logind.conf.d/*.conf")
		for _, path := range found {
			name := filepath.Base(path)
			if last[name] == "" {
				names = append(names, name)
			}
			last[name] = path
		}
	}
	sort.Strings(names)
	files := []string{}
	if main != "" {
		files = append(files, main)
	}
	for _, name := range names {
		files = append(files, last[name])
	}
	return files
}
