package arcgis

import (
	"math"
	"strconv"
	"strings"
	"time"

	"gisd/spatial"
	"gisd/spatial/cql"
)

// operand is a value, with the field that it is where it is one.
type operand struct {
	node  cql.Node
	field *field
}

func (p *whereParser) operand() operand {
	t := p.next()
	switch {
	case p.fault != "":
		return operand{node: cql.Boolean{}}
	case t.kind == tokenText:
		return operand{node: cql.String{Value: t.text}}
	case t.kind == tokenNumber:
		return p.numeral(t.text)
	case t.is("-") && p.peek().kind == tokenNumber:
		return p.numeral("-" + p.next().text)
	case t.is("+") && p.peek().kind == tokenNumber:
		return p.numeral(p.next().text)
	case t.kind == tokenQuoted:
		return p.property(t)
	case t.kind != tokenWord:
		p.at--
		return operand{node: p.unexpected()}
	}
	next := p.peek()
	switch word := strings.ToUpper(t.text); {
	case (word == "DATE" || word == "TIMESTAMP") && next.kind == tokenText:
		return p.instant(p.next().text)
	case word == "CURRENT_DATE":
		day := p.now.UTC().Truncate(24 * time.Hour)
		return operand{node: p.less(cql.Instant{Time: day, Date: true})}
	case word == "CURRENT_TIMESTAMP":
		return operand{node: p.less(cql.Instant{Time: p.now.UTC()})}
	case next.is("(") && (word == "UPPER" || word == "LOWER" || word == "CHAR_LENGTH"):
		p.next()
		inner := p.operand()
		p.expect(")")
		return operand{node: cql.Function{Name: strings.ToLower(word), Args: []cql.Node{inner.node}}}
	case next.is("(") && p.statistic != nil:
		return p.aggregate(t)
	case next.is("("):
		return operand{node: p.fail("there is no function " + strconv.Quote(t.text) + " here")}
	}
	return p.property(t)
}

// aggregate reads the field of a statistic, which outStatistics must ask for.
func (p *whereParser) aggregate(kind token) operand {
	p.next()
	of := p.next()
	p.expect(")")
	i, ok := p.statistic(spatial.StatisticKind(strings.ToLower(kind.text)), of.text)
	if !ok {
		return operand{node: p.fail("outStatistics has no " + strconv.Quote(kind.text+"("+of.text+")"))}
	}
	f := &p.layer.fields[i]
	return operand{cql.Property{Name: f.source.Name}, f}
}

func (p *whereParser) property(t token) operand {
	i, ok := p.layer.find(t.text)
	if !ok {
		return operand{node: p.fail("there is no field " + strconv.Quote(t.text))}
	}
	f := &p.layer.fields[i]
	return operand{cql.Property{Name: f.source.Name}, f}
}

func (p *whereParser) numeral(text string) operand {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(v, 0) {
		return operand{node: p.fail(strconv.Quote(text) + " is no number")}
	}
	n := cql.Number{Float: v}
	if whole, err := strconv.ParseInt(text, 10, 64); err == nil {
		n.Int, n.Whole = whole, true
	}
	return operand{node: n}
}

func (p *whereParser) instant(text string) operand {
	i, ok := parseInstant(text)
	if !ok {
		return operand{node: p.fail("'" + text + "' is no date and no time")}
	}
	return operand{node: i}
}

// parseInstant reads a date, or a time, in UTC where it says nothing else.
func parseInstant(text string) (cql.Instant, bool) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return cql.Instant{Time: day, Date: true}, true
	}
	for _, form := range []string{time.DateTime, "2006-01-02T15:04:05", time.RFC3339Nano} {
		if at, err := time.Parse(form, text); err == nil {
			return cql.Instant{Time: at.UTC()}, true
		}
	}
	return cql.Instant{}, false
}

// less reads "- INTERVAL '7' DAY" after the present.
func (p *whereParser) less(i cql.Instant) cql.Node {
	if !p.peek().is("-") {
		return i
	}
	p.next()
	p.expect("INTERVAL")
	t := p.next()
	n, err := strconv.Atoi(t.text)
	if t.kind != tokenText || err != nil || n < 0 || n > 1_000_000 {
		return p.fail("an interval is a whole number in quotes")
	}
	unit, ok := map[string]time.Duration{"DAY": 24 * time.Hour, "HOUR": time.Hour, "MINUTE": time.Minute, "SECOND": time.Second}[strings.ToUpper(p.next().text)]
	if !ok {
		return p.fail("an interval is of DAY, HOUR, MINUTE or SECOND")
	}
	if i.Date && unit != 24*time.Hour {
		i.Date = false
	}
	if n > int(math.MaxInt64/int64(unit)) {
		return p.fail("an interval is a whole number in quotes")
	}
	i.Time = i.Time.Add(-time.Duration(n) * unit)
	return i
}

// fit turns a literal into what the field compares with: clients write dates and
// numbers as texts, and truth as 0 and 1.
func (p *whereParser) fit(with, value operand) cql.Node {
	if with.field == nil || p.fault != "" {
		return value.node
	}
	switch v := value.node.(type) {
	case cql.String:
		switch with.field.source.Type {
		case spatial.FieldDate, spatial.FieldDateTime:
			return p.instant(v.Value).node
		case spatial.FieldInteger, spatial.FieldNumber:
			return p.numeral(v.Value).node
		}
	case cql.Number:
		if with.field.source.Type == spatial.FieldBoolean && (v.Float == 0 || v.Float == 1) {
			return cql.Boolean{Value: v.Float == 1}
		}
	}
	return value.node
}
