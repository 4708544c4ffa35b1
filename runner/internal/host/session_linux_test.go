package host

import (
	"os"
	"path/filepath"
	"testing"
)

func TestEndsAtLogout(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		want  bool
	}{
		"nothing said":      {map[string]string{}, false},
		"a comment":         {map[string]string{"etc/logind.conf": "[Login]\n#KillUserProcesses=yes\n"}, false},
		"yes":               {map[string]string{"etc/logind.conf": "[Login]\nKillUserProcesses=yes\n"}, true},
		"for others only":   {map[string]string{"etc/logind.conf": "KillUserProcesses = yes\nKillOnlyUsers=bob eve\n"}, false},
		"for us":            {map[string]string{"etc/logind.conf": "KillUserProcesses=1\nKillOnlyUsers=bob alice\n"}, true},
		"not for us":        {map[string]string{"etc/logind.conf": "KillUserProcesses=yes\nKillExcludeUsers=root alice\n"}, false},
		"a drop-in wins":    {map[string]string{"etc/logind.conf": "KillUserProcesses=yes", "usr/logind.conf.d/a.conf": "KillUserProcesses=no"}, false},
		"the last drop-in":  {map[string]string{"usr/logind.conf.d/b.conf": "KillUserProcesses=yes", "etc/logind.conf.d/a.conf": "KillUserProcesses=no"}, true},
		"one is covered up": {map[string]string{"usr/logind.conf.d/a.conf": "KillUserProcesses=yes", "etc/logind.conf.d/a.conf": ""}, false},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for path, text := range test.files {
				path = filepath.Join(root, path)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got := endsAtLogout([]string{root + "/usr", root + "/etc"}, "alice"); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
