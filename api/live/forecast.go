package live

import (
	"cmp"
	"context"
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/api/problem"
	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/fence"
	"gisd/spatial/live/forecast"
	"gisd/spatial/live/outlook"
)

// Outlooks forecasts what sensors measure; forecast.ErrShort where there is too little to
// go by.
type Outlooks interface {
	Outlook(ctx context.Context, device, name string) (*outlook.Outlook, error)
}

// forecastDocument is a forecast on the wire; values are in the unit of the readings.
type forecastDocument struct {
	Device      string             `json:"device"`
	Name        string             `json:"name"`
	Unit        string             `json:"unit,omitempty"`
	Origin      time.Time          `json:"origin"`
	Last        float64            `json:"last"`
	StepSeconds float64            `json:"stepSeconds"`
	Confidence  float64            `json:"confidence"`
	Expected    []expectedDocument `json:"expected"`
	Levels      []levelDocument    `json:"levels"`
	Accuracy    []accuracyDocument `json:"accuracy"`
}

type expectedDocument struct {
	Time  time.Time `json:"time"`
	Value float64   `json:"value"`
	Low   float64   `json:"low"`
	High  float64   `json:"high"`
}

// levelDocument says when a level will be passed; times are left out where they lie
// beyond the forecast.
type levelDocument struct {
	Rule     string    `json:"rule,omitempty"`
	Title    string    `json:"title"`
	Value    float64   `json:"value"`
	Below    bool      `json:"below"`
	Passed   bool      `json:"passed"`
	Expected time.Time `json:"expected,omitzero"`
	Earliest time.Time `json:"earliest,omitzero"`
	Latest   time.Time `json:"latest,omitzero"`
	Text     string    `json:"text"`
}

type accuracyDocument struct {
	LeadSeconds float64 `json:"leadSeconds"`
	Count       int     `json:"count"`
	Error       float64 `json:"error"`
	Persistence float64 `json:"persistence"`
	Covered     float64 `json:"covered"`
}

// maxLevels bounds the levels that are asked for.
const maxLevels = 10

// getForecast answers what a device will measure to whoever sees the device; 204 where
// there is too little to go by. Levels are those asked for and, for operators, those of
// the rules on the same readings.
func (h *Handlers) getForecast(c echo.Context) error {
	access := h.cfg.AccessOf(c)
	d, err := h.seen(c, access)
	if err != nil {
		return err
	}
	p := negotiate.NewParams(c.QueryParams())
	name, ok := p.Text("name")
	if !ok || name == "" {
		p.Fault("name", "is missing")
	}
	levels := levelsOf(p)
	if err := p.Err(); err != nil {
		return err
	}
	if _, err := negotiate.Choose(c, jsonFormats); err != nil {
		return err
	}
	ctx := c.Request().Context()
	o, err := h.cfg.Outlooks.Outlook(ctx, d.ID, name)
	if errors.Is(err, forecast.ErrShort) {
		negotiate.Cache(c, access, "no-cache")
		return c.NoContent(http.StatusNoContent)
	}
	if err != nil {
		return err
	}
	ruled, err := h.ruledLevels(ctx, d, name, access)
	if err != nil {
		return err
	}
	doc := forecastDocument{Device: d.ID, Name: name, Unit: o.Unit, Origin: o.Origin, Last: o.Last, StepSeconds: o.Step.Seconds(),
		Confidence: forecast.Confidence, Levels: append(levels, ruled...)}
	for _, e := range o.Ahead {
		doc.Expected = append(doc.Expected, expectedDocument{e.Time, e.Value, e.Low, e.High})
	}
	for _, a := range o.Accuracy {
		doc.Accuracy = append(doc.Accuracy, accuracyDocument{a.Lead.Seconds(), a.Count, a.Error, a.Persistence, a.Covered})
	}
	words := passingTextIn(problem.Language(c.Request()))
	for i := range doc.Levels {
		l := &doc.Levels[i]
		passing := o.Pass(l.Value, l.Below)
		l.Passed, l.Expected, l.Earliest, l.Latest = passing.Now, passing.Expected, passing.Earliest, passing.Latest
		l.Text = words.tell(l, &passing, h.now())
	}
	c.Response().Header().Add(echo.HeaderVary, "Accept-Language")
	negotiate.Cache(c, access, "no-cache")
	return c.JSON(http.StatusOK, doc)
}

// levelsOf reads level and below.
func levelsOf(p *negotiate.Params) []levelDocument {
	list := []levelDocument{}
	below := p.Choice("below", "false", "true") == "true"
	text, ok := p.Text("level")
	if !ok {
		return list
	}
	for part := range strings.SplitSeq(text, ",") {
		v, err := strconv.ParseFloat(part, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || len(list) == maxLevels {
			p.Fault("level", "must be one to ten numbers separated by commas")
			break
		}
		list = append(list, levelDocument{Title: part, Value: v, Below: below})
	}
	return list
}

// ruledLevels are the limits of the rules on such readings of the device, by value.
func (h *Handlers) ruledLevels(ctx context.Context, d *live.Device, name string, access spatial.Access) ([]levelDocument, error) {
	if h.cfg.Rules.Rules == nil || mayWatch(access, "", false) != nil {
		return nil, nil
	}
	rules, err := h.cfg.Rules.Rules.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	var list []levelDocument
	for i := range rules {
		r := &rules[i]
		if r.Subject != fence.OnReading || r.Attribute != name || r.Disabled ||
			len(r.Kinds) > 0 && !slices.Contains(r.Kinds, d.Kind) || len(r.Devices) > 0 && !slices.Contains(r.Devices, d.ID) {
			continue
		}
		l := levelDocument{Rule: r.ID, Title: r.Name, Value: r.Limit, Below: r.Below}
		if l.Title == "" {
			l.Title = r.ID
		}
		list = append(list, l)
	}
	slices.SortStableFunc(list, func(a, b levelDocument) int { return cmp.Compare(a.Value, b.Value) })
	return list, nil
}
