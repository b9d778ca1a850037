package search

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/text/unicode/norm"

	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/sql"
)

// Bounds of one search.
const (
	maxWords      = 6    // words of a question that are looked at
	maxCandidates = 2000 // matches per collection that are ranked
	maxRunes      = 200  // length of a question
)

// Store finds features by their name, in every collection that has one. Case
// and diacritics do not matter, nor does the order of the words: "nguyen trai"
// finds "Đường Nguyễn Trãi". Safe for use by many goroutines.
type Store struct {
	pool      *pgxpool.Pool
	catalogue *postgis.Catalogue
	log       *slog.Logger
}

// NewStore searches the collections of the catalogue.
func NewStore(db *postgis.DB, catalogue *postgis.Catalogue) *Store {
	return &Store{pool: db.Pool, catalogue: catalogue, log: db.Log}
}

// Search returns up to limit features that the caller may read, the best first:
// names that begin like the question, then short names, the collections taking
// turns. Features without geometry are not found. Positions and envelopes are in
// SRID 4326, lon lat.
func (s *Store) Search(ctx context.Context, question string, a spatial.Access, limit int) ([]spatial.SearchHit, error) {
	const op = "postgis: search"
	words := Terms(question)
	if limit < 1 || len(words) == 0 {
		return []spatial.SearchHit{}, nil
	}
	hits, err := s.searchAll(ctx, words, a, limit)
	if postgis.SQLState(err) == postgis.StateUndefinedTable {
		if err := s.catalogue.Reload(ctx); err != nil {
			return nil, postgis.Wrap(ctx, op, err)
		}
		hits, err = s.searchAll(ctx, words, a, limit)
	}
	if postgis.SQLState(err) == postgis.StateUndefinedTable {
		return nil, &spatial.Error{
			Code: spatial.CodeUnavailable, Op: op, Err: err,
			Message: "a collection is being replaced; try again in a moment",
		}
	}
	return hits, postgis.Wrap(ctx, op, err)
}

// Terms are the words of a question, as they were typed. A word of marks
// alone is left out: it has no trigram, and would have every name read.
func Terms(question string) []string {
	question = norm.NFC.String(strings.ToValidUTF8(question, ""))
	question = strings.ReplaceAll(question, "\x00", "")
	if utf8.RuneCountInString(question) > maxRunes {
		question = string([]rune(question)[:maxRunes])
	}
	words := slices.DeleteFunc(strings.Fields(question), func(word string) bool {
		return strings.TrimFunc(word, isMark) == ""
	})
	return words[:min(len(words), maxWords)]
}

// isMark tells what trigrams do not hold.
func isMark(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// atATime is how many hits of equal rank a collection shows before the next
// collection has its turn.
const atATime = 3

// spread lets the collections take turns among hits of equal rank, so that one
// with many names does not hide the others. Hits come sorted and keep their
// order within a collection.
func spread(sorted []rankedHit) {
	type place struct {
		collection string
		rank       int
	}
	seen := map[place]int{}
	for i := range sorted {
		p := place{sorted[i].Collection, sorted[i].rank}
		sorted[i].turn = seen[p] / atATime
		seen[p]++
	}
	slices.SortStableFunc(sorted, func(a, b rankedHit) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.turn, b.turn))
	})
}

type rankedHit struct {
	spatial.SearchHit
	rank int
	turn int // set by spread
}

func (s *Store) searchAll(ctx context.Context, words []string, a spatial.Access, limit int) ([]spatial.SearchHit, error) {
	var (
		batch    pgx.Batch
		searched []*spatial.Collection
	)
	for _, c := range s.catalogue.Collections(a) {
		field, ok := c.Field(c.SearchField)
		if !ok || !Searchable(field) || c.Version == 0 || c.GeometryType == spatial.GeometryNone {
			continue
		}
		text, args := statement(c, field, words, a, limit).Build()
		batch.Queue(text, args...)
		searched = append(searched, c)
	}
	if len(searched) == 0 {
		return []spatial.SearchHit{}, nil
	}
	results := s.pool.SendBatch(ctx, &batch)
	defer func() { _ = results.Close() }()
	var ranked []rankedHit
	for _, c := range searched {
		rows, err := results.Query()
		if err != nil {
			return nil, err
		}
		found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (rankedHit, error) { return scanHit(row, c) })
		if err != nil {
			return nil, err
		}
		ranked = append(ranked, slices.DeleteFunc(found, func(h rankedHit) bool { return h.rank < 0 })...)
	}
	slices.SortStableFunc(ranked, func(a, b rankedHit) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank),
			cmp.Compare(utf8.RuneCountInString(a.Name), utf8.RuneCountInString(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	spread(ranked)
	hits := make([]spatial.SearchHit, 0, min(len(ranked), limit))
	for _, r := range ranked[:min(len(ranked), limit)] {
		hits = append(hits, r.SearchHit)
	}
	return hits, nil
}

// statement finds and ranks within one collection. The candidates are
// bounded, so that a word which is in every name costs no more than others;
// names that begin like the question have a share of their own.
func statement(c *spatial.Collection, field spatial.Field, words []string, a spatial.Access, limit int) sql.Fragment {
	text := Text(field)
	conditions := []sql.Fragment{sql.Lit("not st_isempty(t.geom)"), postgis.Readable(c, a)}
	for _, word := range words {
		conditions = append(conditions, Word(text, word))
	}
	if index, exact := postgis.Seen(c); !index.Empty() {
		conditions = append(conditions, index, exact)
	}
	geometry := sql.Lit("t.geom")
	if postgis.OutputSRID(c) != c.SRID {
		geometry = sql.Lit("st_transform(t.geom, 4326)")
	}
	whole := escapeLike(strings.Join(words, " "))
	like := func(pattern string) sql.Fragment {
		return sql.Concat(text, sql.Lit(" like gisd.fold("), sql.Arg(pattern), sql.Lit("::text)"))
	}
	candidates := func(extra ...sql.Fragment) sql.Fragment {
		return sql.Concat(sql.Lit("(\n  select t.id, t."), sql.Ident(field.Column), sql.Lit("::text as name, case when "), like(whole+"%"),
			sql.Lit(" then 0 when "), like("% "+whole+"%"), sql.Lit(" then 1 else 2 end as rank, "), geometry,
			sql.Lit(" as geom\n  from "), sql.Ident("data", c.Table), sql.Lit(" t\n  where "),
			sql.And(append(slices.Clone(conditions), extra...)...), sql.Lit("\n  limit "), sql.Arg(maxCandidates), sql.Lit("\n)"))
	}
	return sql.Concat(
		sql.Lit("with beginning as materialized "), candidates(like(whole+"%")), sql.Lit(", anywhere as materialized "), candidates(),
		sql.Lit(", candidate as (\n  select * from beginning\n  union all\n"+
			"  select * from anywhere where rank > 0\n), best as (\n  select * from candidate\n"+
			"  order by rank, length(name), name, id\n  limit "), sql.Arg(limit),
		sql.Lit("\n)\nselect id::text, name, rank, st_xmin(geom), st_ymin(geom), st_xmax(geom), st_ymax(geom), "+
			"st_x(at), st_y(at)\nfrom best, st_pointonsurface(geom) at\norder by rank, length(name), name, id"),
	)
}

// Word matches a word anywhere in the name. One or two characters have
// no trigram to look up unless they begin a word, and marks after them add none.
func Word(text sql.Fragment, word string) sql.Fragment {
	pattern := func(p string) sql.Fragment {
		return sql.Concat(text, sql.Lit(" like gisd.fold("), sql.Arg(p), sql.Lit("::text)"))
	}
	escaped := escapeLike(word)
	if utf8.RuneCountInString(strings.TrimRightFunc(word, isMark)) < 3 {
		return sql.Concat(sql.Lit("("), pattern(escaped+"%"), sql.Lit(" or "), pattern("% "+escaped+"%"), sql.Lit(")"))
	}
	return pattern("%" + escaped + "%")
}

func escapeLike(word string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(word)
}

// scanHit reads a row of statement and converts it to SRID 4326. A feature
// that lies outside the reach of its own system gets a negative rank.
func scanHit(row pgx.CollectableRow, c *spatial.Collection) (rankedHit, error) {
	h := rankedHit{SearchHit: spatial.SearchHit{Collection: c.ID}}
	srid := postgis.OutputSRID(c)
	e := spatial.Envelope{SRID: srid}
	var x, y *float64
	if err := row.Scan(&h.ID, &h.Name, &h.rank, &e.MinX, &e.MinY, &e.MaxX, &e.MaxY, &x, &y); err != nil {
		return h, err
	}
	if x == nil || y == nil {
		mx, my := (e.MinX+e.MaxX)/2, (e.MinY+e.MaxY)/2
		x, y = &mx, &my
	}
	to, err := crs.NewTransform(srid, spatial.SRIDWGS84)
	if err != nil {
		return h, err
	}
	if h.Lon, h.Lat, err = to.Point(*x, *y); err == nil {
		h.Envelope, err = to.Envelope(e)
	}
	if err != nil {
		h.rank = -1
	}
	return h, nil
}
