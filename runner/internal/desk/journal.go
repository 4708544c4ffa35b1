package desk

import (
	"fmt"

	"cronium.dev/runner/internal/call"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/record"
	"cronium.dev/runner/internal/spool"
)

const (
	maxVariable = 64 << 10
	// maxEach is how many outputs, and how many variables, a job may set.
	maxEach = 256
	// maxTogether bounds the newest values of all of them.
	maxTogether = 16 << 20
	// shareOfBudget keeps a small spool from being full of values, which are written again when segments are dropped.
	shareOfBudget = 4
)

// journal counts what a job has set.
type journal struct {
	limit int64
	total int64
	sizes map[string]int
	count map[record.Type]int
	// writes grows with every write, so that an older answer is not taken for a newer one.
	writes int
}

func newJournal(budget int64) journal {
	return journal{limit: min(maxTogether, budget/shareOfBudget), sizes: map[string]int{}, count: map[record.Type]int{}}
}

// check says what limit a value would break, or "".
func (j *journal) check(v spool.Value) string {
	_, isKnown := j.sizes[v.ID]
	what := "outputs"
	if v.Kind == record.Variable {
		what = "variables"
	}
	switch {
	case v.Kind == record.Variable && len(v.JSON) > maxVariable:
		return fmt.Sprintf("The variable %q has %d bytes of JSON; at most %d are taken", v.Name, len(v.JSON), maxVariable)
	case !isKnown && j.count[v.Kind] >= maxEach:
		return fmt.Sprintf("The job has set %d %s already; no more than that are taken", maxEach, what)
	case j.total+int64(len(v.JSON)-j.sizes[v.ID]) > j.limit:
		return fmt.Sprintf("The job's outputs and variables would have more than %d bytes together", j.limit)
	}
	return ""
}

func (j *journal) add(v spool.Value) {
	if _, isKnown := j.sizes[v.ID]; !isKnown {
		j.count[v.Kind]++
	}
	j.total += int64(len(v.JSON) - j.sizes[v.ID])
	j.sizes[v.ID] = len(v.JSON)
	j.writes++
}

// put writes a value to the spool; the lock is held. The answer is nil when it is there.
func (d *Desk) put(v spool.Value) *call.Answer {
	if problem := d.journal.check(v); problem != "" {
		answer := refused("%s", problem)
		return &answer
	}
	_, err := d.job.Spool.Put(v)
	if err == nil {
		d.journal.add(v)
		return nil
	}
	reason := err.Error()
	switch {
	case err == spool.ErrOver:
		reason = "the job has ended"
	case spool.IsFull(err):
		reason = "the server's disk is full"
	}
	answer := refused("%q cannot be kept: %s", v.Name, reason)
	return &answer
}

// output keeps one output, or all members of a document.
func (d *Desk) output(r call.Request) call.Answer {
	value, isMasked, problem := d.clean(r.Value)
	if problem != nil {
		return *problem
	}
	values := []spool.Value{}
	add := func(name string, value []byte) {
		values = append(values, spool.Value{Kind: record.Output, Name: name, ID: "output " + name, JSON: value})
	}
	if r.Name != "" {
		add(r.Name, value)
	} else if !jsontext.IsObject(value) {
		return invalid("What is put out without a key must be a JSON object")
	} else if err := jsontext.Each(value, add); err != nil {
		return invalid("The document cannot be read: %s", err.Error())
	}
	for _, v := range values {
		if !call.IsName(v.Name) {
			return invalid("%q is no name of an output", v.Name)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, v := range values {
		if problem := d.put(v); problem != nil {
			return *problem
		}
	}
	return call.Answer{Code: call.OK, Message: maskedNote(isMasked)}
}

func maskedNote(isMasked bool) string {
	if isMasked {
		return `A secret in the value was replaced by "***"`
	}
	return ""
}

// clean checks a value, and masks what is secret in it.
func (d *Desk) clean(value []byte) (clean []byte, isMasked bool, problem *call.Answer) {
	change := func(text string) string {
		masked := d.job.Mask.Text(text)
		isMasked = isMasked || masked != text
		return masked
	}
	clean, err := jsontext.Compact(value, change)
	if err != nil {
		answer := invalid("The value cannot be read: %s", err.Error())
		return nil, false, &answer
	}
	// A secret that is a document itself.
	if whole := string(clean); d.job.Mask.Text(whole) != whole {
		return []byte(`"***"`), true, nil
	}
	return clean, isMasked, nil
}
