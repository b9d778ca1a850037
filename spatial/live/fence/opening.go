package fence

import (
	"slices"

	"gisd/spatial"
)

// Severity is how bad something is (CAP 1.2 §3.2.3, in lower case).
type Severity string

// The severities.
const (
	Minor    Severity = "minor"
	Moderate Severity = "moderate"
	Severe   Severity = "severe"
	Extreme  Severity = "extreme"
)

// Rank orders severities, the worst last; -1 is none of them.
func (s Severity) Rank() int { return slices.Index([]Severity{Minor, Moderate, Severe, Extreme}, s) }

// Opening says that events of a rule open incidents.
type Opening struct {
	Severity Severity `json:"severity"`
	Title    string   `json:"title,omitempty"` // the rule's name, or id
	// On are the kinds that open one, by default all of the rule but End, and but Exit
	// beside Enter: those are noted in an incident that is open already.
	On []Kind `json:"on,omitempty"`
}

// Opens reports whether events of the kind open an incident.
func (d *Definition) Opens(k Kind) bool {
	switch {
	case d.Incident == nil || !slices.Contains(d.Events, k):
		return false
	case len(d.Incident.On) > 0:
		return slices.Contains(d.Incident.On, k)
	}
	return k != End && (k != Exit || !slices.Contains(d.Events, Enter))
}

// IncidentTitle is that of the incidents which the rule opens.
func (d *Definition) IncidentTitle() string {
	switch {
	case d.Incident != nil && d.Incident.Title != "":
		return d.Incident.Title
	case d.Name != "":
		return d.Name
	}
	return d.ID
}

func (o *Opening) faults(d *Definition) (faults []spatial.FieldError) {
	if o.Severity.Rank() < 0 {
		faults = append(faults, spatial.FieldError{Name: "incident", Reason: "wants a severity: minor, moderate, severe or extreme"})
	}
	if len(o.Title) > maxName {
		faults = append(faults, spatial.FieldError{Name: "incident", Reason: "has a title longer than 200 bytes"})
	}
	if slices.ContainsFunc(o.On, func(k Kind) bool { return !slices.Contains(d.Events, k) }) {
		faults = append(faults, spatial.FieldError{Name: "incident", Reason: "is opened on events that the rule does not have"})
	}
	return faults
}
