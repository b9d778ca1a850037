package spatial

import "time"

// JobState is how far a job has come.
type JobState string

// The states: queued, then running, then one of the others, which is the last.
const (
	JobQueued      JobState = "queued"
	JobRunning     JobState = "running"
	JobDone        JobState = "done"
	JobFailed      JobState = "failed"
	JobCanceled    JobState = "canceled"
	JobInterrupted JobState = "interrupted" // the server stopped or died in the middle
)

// Ended reports whether the job has come to its end.
func (s JobState) Ended() bool { return s != JobQueued && s != JobRunning }

// JobImport is the kind of job that imports a file.
const JobImport = "import"

// Job is work that a server does after the request that asked for it was
// answered.
type Job struct {
	ID         string // 24 hexadecimal digits, not to be guessed
	Kind       string // JobImport
	State      JobState
	Node       string // the server that holds its files and does it
	Collection string
	Source     string // name of the file or address, without folders or secrets
	Bytes      int64  // uploaded
	CreatedBy  string // Access.Subject
	Department string // whose editors see it
	Request    []byte // JSON: what was asked for, and with which rights
	Progress   []byte // JSON, nil before there is any
	Reports    []byte // JSON array, one for each collection that was begun
	HasRejects bool   // Node keeps a reject file
	Code       Code   // of the failure, "" without one
	Error      string // safe to show
	CreatedAt  time.Time
	StartedAt  time.Time // zero while it waits
	FinishedAt time.Time // zero until it ended
}

// VisibleTo reports whether the caller may know of the job: who asked for it,
// editors of its department, admins. The SQL predicate in spatial/postgis says
// the same and is tested against this.
func (j *Job) VisibleTo(a Access) bool {
	switch {
	case a.Anonymous() || a.Device != "":
		return false
	case a.Has(RoleAdmin) || a.Subject == j.CreatedBy:
		return true
	}
	return a.Has(RoleEditor) && j.Department != "" && a.Department == j.Department
}

// ImportRequest is an import as it is asked of a server; the members are the
// flags of `gisd import`.
type ImportRequest struct {
	URL           string `json:"url,omitempty"` // "" where files were sent
	Collection    string `json:"collection,omitempty"`
	Layer         string `json:"layer,omitempty"`
	AllLayers     bool   `json:"allLayers,omitempty"`
	CRS           string `json:"crs,omitempty"`
	SwapXY        bool   `json:"swapXY,omitempty"`
	Encoding      string `json:"encoding,omitempty"`
	Mode          string `json:"mode,omitempty"`
	Key           string `json:"key,omitempty"`
	DeleteMissing bool   `json:"deleteMissing,omitempty"`
	AllowLoss     bool   `json:"allowLoss,omitempty"`
	DiscardEdits  bool   `json:"discardEdits,omitempty"`
	RebaseEdits   bool   `json:"rebaseEdits,omitempty"`
	Map           string `json:"map,omitempty"`       // text of a mapping file
	MaxErrors     *int64 `json:"maxErrors,omitempty"` // nil is the command line's default
	DryRun        bool   `json:"dryRun,omitempty"`
	Title         string `json:"title,omitempty"`
	Publish       bool   `json:"publish,omitempty"`
	Visibility    string `json:"visibility,omitempty"`
	Department    string `json:"department,omitempty"` // of a new collection; "" is the caller's
}
