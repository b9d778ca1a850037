package jobs_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"gisd/spatial"
)

// memory is a queue without a database.
type memory struct {
	mu     sync.Mutex
	jobs   map[string]spatial.Job
	order  []string
	cancel map[string]bool
	beats  int
}

func newMemory() *memory { return &memory{jobs: map[string]spatial.Job{}, cancel: map[string]bool{}} }

func absent() error { return spatial.NotFound("memory", "There is no such import.") }

func (m *memory) AddJob(_ context.Context, j *spatial.Job, most int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.order) >= most {
		return &spatial.Error{Code: spatial.CodeTooManyRequests, Message: "too many"}
	}
	j.State, j.CreatedAt = spatial.JobQueued, time.Now()
	m.jobs[j.ID] = *j
	m.order = append(m.order, j.ID)
	return nil
}

func (m *memory) NextJob(_ context.Context, node string) (*spatial.Job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range m.order {
		if j := m.jobs[id]; j.State == spatial.JobQueued && j.Node == node {
			j.State, j.StartedAt = spatial.JobRunning, time.Now()
			m.jobs[id] = j
			return &j, nil
		}
	}
	return nil, absent()
}

func (m *memory) BeatJobs(_ context.Context, progress map[string][]byte) (canceled []string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.beats++
	for id := range progress {
		if m.cancel[id] {
			canceled = append(canceled, id)
		}
	}
	return canceled, nil
}

func (m *memory) EndJob(_ context.Context, j *spatial.Job) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.jobs[j.ID].State != spatial.JobRunning {
		return absent()
	}
	m.jobs[j.ID] = *j
	return nil
}

func (m *memory) InterruptJobs(_ context.Context, node string, _ time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, j := range m.jobs {
		if j.State == spatial.JobRunning && j.Node == node {
			j.State = spatial.JobInterrupted
			m.jobs[id] = j
		}
	}
	return nil
}

func (m *memory) Job(_ context.Context, id string) (*spatial.Job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	j, ok := m.jobs[id]
	if !ok {
		return nil, absent()
	}
	return &j, nil
}

func (m *memory) Jobs(context.Context, spatial.Access, int) ([]spatial.Job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.SortedFunc(maps.Values(m.jobs), func(a, b spatial.Job) int { return strings.Compare(a.ID, b.ID) }), nil
}

func (m *memory) CancelJob(_ context.Context, id string) (*spatial.Job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	j, ok := m.jobs[id]
	if !ok || j.State.Ended() {
		return nil, absent()
	}
	if j.State == spatial.JobQueued {
		j.State = spatial.JobCanceled
	}
	m.jobs[id], m.cancel[id] = j, true
	return &j, nil
}

func (m *memory) KeptJobs(_ context.Context, node string) (ids []string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, j := range m.jobs {
		if j.Node == node && (!j.State.Ended() || j.HasRejects) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (m *memory) ForgetJobs(context.Context, int) error { return nil }

func (m *memory) state(id string) spatial.JobState {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.jobs[id].State
}
