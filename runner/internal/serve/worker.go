package serve

import "sync"

// healthWorker answers on its own, so that nobody has to wait for a clean to know how busy a server is.
const healthWorker = "health"

// maxQueued bounds what may wait for one job; whoever sends more makes only its own session wait.
const maxQueued = 64

// worker does one thing after the other, and goes when there is nothing left.
type worker struct {
	queue chan func()
	// pending counts what is in the queue, on its way into it, or being done; the session's lock guards it.
	pending int
}

// work does something for a job in the order in which it was asked. Jobs do not wait for each other.
func (s *session) work(name string, task func()) {
	s.mu.Lock()
	w := s.workers[name]
	if w == nil {
		w = &worker{queue: make(chan func(), maxQueued)}
		s.workers[name] = w
		go s.labour(name, w)
	}
	w.pending++
	s.mu.Unlock()
	select {
	case w.queue <- task:
	case <-s.done:
	}
}

// workAfterAll does something that depends on what was asked before for any job: what is acknowledged may go.
func (s *session) workAfterAll(task func()) {
	var before sync.WaitGroup
	s.mu.Lock()
	names := []string{}
	for name := range s.workers {
		if name != "" && name != healthWorker {
			names = append(names, name)
		}
	}
	s.mu.Unlock()
	for _, name := range names {
		before.Add(1)
		s.work(name, before.Done)
	}
	s.work("", func() {
		before.Wait()
		task()
	})
}

func (s *session) labour(name string, w *worker) {
	for {
		select {
		case task := <-w.queue:
			task()
		case <-s.done:
			return
		}
		s.mu.Lock()
		w.pending--
		isIdle := w.pending == 0
		if isIdle {
			delete(s.workers, name)
		}
		s.mu.Unlock()
		if isIdle {
			return
		}
	}
}
