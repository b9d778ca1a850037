package arcgis

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// statisticsMost bounds the statistics of one question.
const statisticsMost = 50

// summary is what a query for statistics or for distinct values asks.
type summary struct {
	spatial.Summary
	fields []field // of the rows
}

// summary reads outStatistics with groupByFieldsForStatistics, or outFields with
// returnDistinctValues; nil where features are asked for.
func (a *asker) summary(l *layer, q *question) *summary {
	distinct, text := a.flag("returnDistinctValues", false), a.text("outStatistics")
	if !distinct && text == "" {
		for _, name := range []string{"groupByFieldsForStatistics", "having"} {
			if a.text(name) != "" {
				a.fault(name, "is of outStatistics")
			}
		}
		return nil
	}
	s := &summary{}
	if text != "" {
		a.groups(l, s, "groupByFieldsForStatistics", a.text("groupByFieldsForStatistics"))
		a.statistics(l, s, text)
	} else {
		names := a.text("outFields")
		if names == "*" {
			names = ""
			for _, f := range l.fields[1:] {
				names += f.Name + ","
			}
		}
		a.groups(l, s, "outFields", names)
		if len(s.Groups) == 0 && len(a.faults) == 0 {
			a.fault("outFields", "names what is to be distinct")
		}
	}
	if q.count || q.ids || q.extent {
		a.fault("returnCountOnly, returnIdsOnly, returnExtentOnly", "is not given together with statistics or distinct values")
	}
	a.orderOf(s)
	a.having(l, s)
	return s
}

// having reads a condition on the rows: groups, and statistics as SUM(field) or under
// the name that they are given.
func (a *asker) having(l *layer, s *summary) {
	text := a.text("having")
	if text == "" || len(a.faults) > 0 {
		return
	}
	columns := s.Columns()
	rows := &layer{c: l.c, rows: &spatial.Collection{ID: l.c.ID, GeometryType: spatial.GeometryNone, Fields: columns}}
	for i, f := range s.fields {
		f.source = columns[i]
		rows.fields = append(rows.fields, f)
	}
	p := &whereParser{layer: rows, now: time.Now(), statistic: func(kind spatial.StatisticKind, name string) (int, bool) {
		at, ok := l.find(name)
		if !ok {
			return 0, false
		}
		i := slices.IndexFunc(s.Statistics, func(one spatial.Statistic) bool {
			return one.Kind == kind && one.Field.Name == l.fields[at].source.Name
		})
		return len(s.Groups) + i, i >= 0
	}}
	clause, err := p.parse(text)
	if err != nil {
		a.fault("having", reasonOf(err))
		return
	}
	if clause != nil {
		s.Having = clause
	}
}

// reasonOf is what a clause has that cannot be read.
func reasonOf(err error) string {
	var known *spatial.Error
	if errors.As(err, &known) && len(known.Fields) > 0 {
		return known.Fields[0].Reason
	}
	return "cannot be read"
}

// groups reads the fields whose values make the rows.
func (a *asker) groups(l *layer, s *summary, parameter, names string) {
	for name := range strings.SplitSeq(names, ",") {
		name = strings.Trim(strings.TrimSpace(name), `"`)
		if name == "" {
			continue
		}
		i, ok := l.find(name)
		if !ok || l.fields[i].source.Type == spatial.FieldJSON || i == 0 && l.c.IDKind == spatial.IDText {
			a.fault(parameter, "there is no field "+strconv.Quote(name))
			continue
		}
		s.Groups, s.fields = append(s.Groups, l.fields[i].source), append(s.fields, l.fields[i])
	}
}

// statistics reads a list of what is worked out.
func (a *asker) statistics(l *layer, s *summary, text string) {
	var asked []struct {
		Type  string `json:"statisticType"`
		Field string `json:"onStatisticField"`
		Out   string `json:"outStatisticFieldName"`
	}
	if err := json.Unmarshal([]byte(text), &asked); err != nil || len(asked) == 0 || len(asked) > statisticsMost {
		a.fault("outStatistics", "is a list of statistics in JSON, 1 to "+strconv.Itoa(statisticsMost))
		return
	}
	for _, one := range asked {
		i, ok := l.find(strings.Trim(one.Field, `"`))
		if !ok {
			a.fault("outStatistics", "there is no field "+strconv.Quote(one.Field))
			continue
		}
		statistic := spatial.Statistic{Kind: spatial.StatisticKind(strings.ToLower(one.Type)), Field: l.fields[i].source}
		if !statistic.Fits() || i == 0 && l.c.IDKind == spatial.IDText && statistic.Kind != spatial.StatisticCount {
			a.fault("outStatistics", "there is no statistic "+strconv.Quote(one.Type)+" of the field "+strconv.Quote(one.Field))
			continue
		}
		out := field{Name: one.Out, Type: typeDouble, Nullable: true}
		if statistic.Type() == l.fields[i].source.Type && i > 0 {
			out.Type, out.Length = l.fields[i].Type, l.fields[i].Length
		}
		if out.Name == "" {
			out.Name = strings.ToLower(one.Type) + "_" + l.fields[i].Name
		}
		out.Alias = out.Name
		s.Statistics, s.fields = append(s.Statistics, statistic), append(s.fields, out)
	}
}

// orderOf reads orderByFields, which names columns of the rows.
func (a *asker) orderOf(s *summary) {
	for part := range strings.SplitSeq(a.text("orderByFields"), ",") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		name := strings.Trim(words[0], `"`)
		i := slices.IndexFunc(s.fields, func(f field) bool { return strings.EqualFold(f.Name, name) })
		direction := "ASC"
		if len(words) > 1 {
			direction = strings.ToUpper(words[1])
		}
		switch {
		case i < 0:
			a.fault("orderByFields", "there is no field "+strconv.Quote(words[0]))
		case len(words) > 2 || direction != "ASC" && direction != "DESC" || len(s.Order) == 5:
			a.fault("orderByFields", "must be at most 5 fields, each with ASC or DESC")
		default:
			s.Order = append(s.Order, spatial.SummaryOrder{Column: i, Descending: direction == "DESC"})
		}
	}
}

// summarize answers with rows in place of features.
func (r *request) summarize(q question) error {
	s := q.summary
	s.Limit, s.Offset = q.Limit, q.offset
	rows, more, err := r.h.Features.Summarize(r.Request().Context(), q.layer.rows, q.Query, s.Summary)
	if err != nil {
		return err
	}
	aliases := object{}
	for _, f := range s.fields {
		aliases[f.Name] = f.Alias
	}
	b, err := json.Marshal(object{"displayFieldName": "", "fieldAliases": aliases, "fields": s.fields})
	if err != nil {
		return fmt.Errorf("arcgis: encode: %w", err)
	}
	contentType, before, after := negotiate.TypeJSON, `{"attributes":`, `}`
	b = append(b[:len(b)-1], `,"features":[`...)
	if r.format == "geojson" {
		contentType, before = negotiate.TypeGeoJSON, `{"type":"Feature","geometry":null,"properties":`
		b = []byte(`{"type":"FeatureCollection","features":[`)
	}
	for n, row := range rows {
		if n > 0 {
			b = append(b, ',')
		}
		b = append(b, before...)
		if b, err = s.appendRow(b, row); err != nil {
			return err
		}
		b = append(b, after...)
	}
	b = append(b, ']')
	if more {
		b = append(b, `,"exceededTransferLimit":true`...)
	}
	b = append(b, '}')
	if r.format == "pjson" {
		return r.json(json.RawMessage(b))
	}
	return r.Blob(http.StatusOK, contentType, b)
}

func (s *summary) appendRow(b []byte, row []any) (_ []byte, err error) {
	b = append(b, '{')
	for i, v := range row {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendValue(b, s.fields[i].Name); err != nil {
			return nil, err
		}
		if b, err = appendValue(append(b, ':'), v); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}
