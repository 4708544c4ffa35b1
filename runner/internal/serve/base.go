package serve

import (
	"errors"
	"time"

	"cronium.dev/runner/internal/host"
	"cronium.dev/runner/internal/inventory"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/message"
)

// health tells how busy the server is.
func (s *session) health(m message.Health) {
	load, err := host.ReadLoad(s.base.Fd())
	if err != nil {
		s.refuseQuestion("health", m.ID, "disk/failed", "Cannot tell the server's health: "+err.Error())
		return
	}
	judged, err := s.jobs.Judge()
	if err != nil {
		s.refuseQuestion("health", m.ID, "disk/failed", "Cannot tell the server's health: "+err.Error())
		return
	}
	jobs := int64(0)
	for _, j := range judged {
		if j.Err == nil && s.jobs.IsOurs(j.State) && !j.State.IsOver() {
			jobs++
		}
	}
	answer := jsontext.Message("health").Int("id", m.ID).Int("cores", load.Cores)
	if load.Load1 != host.Unknown {
		answer.Int("load1", load.Load1)
	}
	if load.MemoryTotal != host.Unknown {
		answer.Raw("memory", jsontext.NewObject().Int("total", load.MemoryTotal).Int("available", load.MemoryAvailable).Bytes())
	}
	answer.Raw("disk", jsontext.NewObject().Int("total", load.DiskTotal).Int("free", load.DiskFree).Bytes())
	if load.UptimeSeconds != host.Unknown {
		answer.Int("uptimeSeconds", load.UptimeSeconds)
	}
	s.out.Send(answer.Int("jobs", jobs).Bytes())
}

func (s *session) ours() inventory.Base {
	return inventory.Base{Dir: s.base, Jobs: s.jobs, Payloads: s.payloads}
}

// inventory tells what of ours is below the base directory.
func (s *session) inventory(m message.Inventory) {
	items, err := s.ours().List(time.Now())
	if err != nil {
		s.refuseQuestion("inventory", m.ID, "disk/failed", "Cannot look at what is on the server: "+err.Error())
		return
	}
	s.sendPages("inventory", m.ID, []part{{"items", items}})
}

// clean removes all of ours that is not in use.
func (s *session) clean(m message.Clean) {
	s.standby.dismiss(false)
	removed, kept, err := s.ours().Clean()
	if err != nil {
		s.refuseQuestion("clean", m.ID, "disk/failed", "Cannot clean the server: "+err.Error())
		return
	}
	s.sendPages("cleaned", m.ID, []part{{"removed", removed}, {"kept", kept}})
}

// remove deletes one version of the runner. The one that is serving goes on without its file.
func (s *session) remove(m message.Remove) {
	err := s.ours().RemoveRunner(m.SHA256)
	switch {
	case err == nil:
		s.out.Send(jsontext.Message("removed").Int("id", m.ID).Bytes())
	case errors.Is(err, inventory.ErrBusy):
		s.refuseQuestion("remove", m.ID, "runner/busy", "Cannot remove the runner: "+err.Error())
	case errors.Is(err, inventory.ErrUnknown):
		s.refuseQuestion("remove", m.ID, "runner/unknown", "Cannot remove the runner: "+err.Error())
	default:
		s.refuseQuestion("remove", m.ID, "disk/failed", "Cannot remove the runner: "+err.Error())
	}
}

func (s *session) refuseQuestion(re string, id int64, code, text string) {
	refused := &message.Refused{Re: re, Code: code, Message: text, ID: id}
	s.out.Send(refused.JSON())
}

// part is a list of an answer.
type part struct {
	name  string
	items []inventory.Item
}

// sendPages sends lists in as many messages as they need; each has all lists, and all but the last say that there is more.
func (s *session) sendPages(kind string, id int64, parts []part) {
	for {
		answer, room, isMore := jsontext.Message(kind).Int("id", id), listBytes, false
		for i := range parts {
			batch := [][]byte{}
			for len(parts[i].items) > 0 && room > 0 {
				text := parts[i].items[0].JSON()
				batch, room = append(batch, text), room-len(text)
				parts[i].items = parts[i].items[1:]
			}
			answer.Raw(parts[i].name, jsontext.List(batch))
			isMore = isMore || len(parts[i].items) > 0
		}
		if isMore {
			answer.True("more")
		}
		s.out.Send(answer.Bytes())
		if !isMore {
			return
		}
	}
}
