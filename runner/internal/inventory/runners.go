package inventory

import (
	"errors"
	"slices"
	"strings"
	"syscall"
	"time"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/toolbox"
)

// The names that the boot script gives; src/runner/boot-script.ts.
const (
	binName     = "bin"
	runnerName  = "cronium-runner"
	upPrefix    = ".up-"
	probePrefix = ".probe-"
)

var (
	// ErrBusy says that a job that has not ended uses a runner.
	ErrBusy = errors.New("a job that has not ended uses it")
	// ErrUnknown says that no runner of this hash is here.
	ErrUnknown = errors.New("it is not on the server")
)

// RemoveRunner deletes one version.
func (b Base) RemoveRunner(sha256 string) error {
	judged, err := b.Jobs.Judge()
	if err != nil {
		return err
	}
	if need := needsOf(judged); need.isUnclear || need.runners[sha256] {
		return ErrBusy
	}
	bin, err := b.Dir.Sub(binName)
	if errors.Is(err, syscall.ENOENT) {
		return ErrUnknown
	}
	if err != nil {
		return err
	}
	defer bin.Close()
	err = removeFrom(bin, sha256, runnerName)
	if errors.Is(err, syscall.ENOENT) {
		return ErrUnknown
	}
	return err
}

func (b Base) runners(now time.Time, need needs) ([]Item, error) {
	bin, err := b.Dir.Sub(binName)
	if errors.Is(err, syscall.ENOENT) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer bin.Close()
	sums, err := bin.Names()
	items := []Item{}
	for _, sum := range sums {
		if jsontext.IsHex(sum, 64) {
			items = append(items, b.version(bin, sum, now, need)...)
		}
	}
	return items, err
}

// version tells what is in the directory of one version: the runner with its toolbox, and what is left half-written.
func (b Base) version(bin *dir.Dir, sum string, now time.Time, need needs) []Item {
	place, err := bin.Stat(sum)
	if err != nil || !place.IsDir {
		return nil
	}
	sub, err := bin.Sub(sum)
	if err != nil {
		return nil
	}
	defer sub.Close()
	names, _ := sub.Names()
	isUsed := need.isUnclear || need.runners[sum]
	items := []Item{}
	for _, name := range names {
		entry, err := sub.Stat(name)
		if err != nil {
			continue
		}
		path := binName + "/" + sum + "/" + name
		switch {
		case name == runnerName && entry.IsFile:
			items = append(items, Item{Runner, sum, entry.Size + sub.Size(toolbox.Folder), isUsed, b.remover(sum, name)})
		case name == toolbox.Folder && !slices.Contains(names, runnerName):
			items = append(items, Item{Other, path, sub.Size(name), isUsed, b.remover(sum, name)})
		case entry.IsFile && strings.HasPrefix(name, upPrefix), strings.HasPrefix(name, toolbox.Prefix):
			isFresh := now.Sub(entry.Modified) < unfinished
			items = append(items, Item{Other, path, sub.Size(name), isFresh, b.remover(sum, name)})
		}
	}
	if len(names) == 0 {
		items = append(items, Item{Other, binName + "/" + sum, 0, now.Sub(place.Modified) < unfinished, b.remover(sum, "")})
	}
	return items
}

func (b Base) remover(sum, name string) func() error {
	return func() error {
		bin, err := b.Dir.Sub(binName)
		if err != nil {
			return err
		}
		defer bin.Close()
		if name == "" {
			return bin.RemoveEmpty(sum)
		}
		return removeFrom(bin, sum, name)
	}
}

// removeFrom deletes something of a version, a runner with its toolbox, and the version's directory when nothing else is in it.
func removeFrom(bin *dir.Dir, sum, name string) error {
	sub, err := bin.Sub(sum)
	if err != nil {
		return err
	}
	defer sub.Close()
	if name == runnerName {
		if err = sub.Remove(name); err == nil {
			err = sub.RemoveAll(toolbox.Folder)
		}
	} else {
		err = sub.RemoveAll(name)
	}
	if err == nil {
		_ = bin.RemoveEmpty(sum)
	}
	return err
}

// probes tells the files with which boot scripts that were cut off tried whether something can be executed.
func (b Base) probes(now time.Time, _ needs) ([]Item, error) {
	names, err := b.Dir.Names()
	items := []Item{}
	for _, name := range names {
		entry, err := b.Dir.Stat(name)
		if err != nil || !entry.IsFile || !strings.HasPrefix(name, probePrefix) {
			continue
		}
		isFresh := now.Sub(entry.Modified) < unfinished
		items = append(items, Item{Other, name, entry.Size, isFresh, func() error { return b.Dir.Remove(name) }})
	}
	return items, err
}
