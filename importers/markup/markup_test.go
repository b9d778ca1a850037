package markup_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"gisd/importers/markup"
)

// names walks a document and gives its element names with their own texts.
func names(doc string) (string, error) {
	r, err := markup.NewReader(strings.NewReader(doc))
	if err != nil {
		return "", err
	}
	root, err := r.Root()
	if err != nil {
		return "", err
	}
	out := root.Name
	err = r.Children(func(e markup.Element) error {
		text, err := r.Text(nil)
		out += "," + e.Name + e.Attr("id") + "=" + string(text)
		return err
	})
	return out, err
}

func TestReader(t *testing.T) {
	t.Parallel()
	wide := func(s string) string {
		out := "\xff\xfe"
		for _, r := range s {
			out += string([]byte{byte(r), byte(r >> 8)})
		}
		return out
	}
	for _, tc := range []struct{ name, doc, want, fault string }{
		{"plain", `<a><b id="1">x</b><c/></a>`, "a,b1=x,c=", ""},
		{"mark and blanks", "\xef\xbb\xbf \n<?xml version=\"1.1\"?><a><b>đ</b></a>", "a,b=đ", ""},
		{"decomposed", "<a><b>a\u0301</b></a>", "a,b=á", ""},
		{"declared", "<?xml version='1.0' encoding='windows-1258'?><a><b>\xf0\xd0\xe2</b></a>", "a,b=đĐâ", ""},
		{"not what is declared", "<?xml version='1.0' encoding='UTF-8'?><a><b>caf\xe9</b></a>", "a,b=café", ""},
		{"sixteen bits", wide(`<?xml version="1.0" encoding="UTF-16"?><a><b>Đất</b></a>`), "a,b=Đất", ""},
		{"ampersands", `<a><b>x?a=1&b=2 &nbsp; &amp; &lol;</b></a>`, "a,b=x?a=1&b=2 \u00a0 & &lol;", ""},
		{"inner markup", `<a><b>x <i k="v">y</i></b></a>`, `a,b=x <i k="v">y</i>`, ""},
		{"control characters", "<a><b>x\x01y</b></a>", "a,b=x y", ""},
		{"junk behind", `<a><b/></a><a>`, "a,b=", ""},
		{"cut short", `<a><b>x</b>`, "", "cut short"},
		{"cut in a tag", `<a><b`, "", "cut short"},
		{"nothing", " \n", "", "EOF"},
		{"unknown encoding", `<?xml version="1.0" encoding="klingon"?><a/>`, "", "klingon"},
		{"entity bomb", `<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;">]><a><b>&m;</b></a>`, "", "entity definitions"},
		{"external DTD", `<!DOCTYPE a SYSTEM "a.dtd"><a><b/></a>`, "a,b=", ""},
		{"deep", strings.Repeat("<a>", 5000), "", "deeper"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := names(tc.doc)
			if tc.fault != "" {
				if err == nil || !strings.Contains(err.Error(), tc.fault) {
					t.Errorf("got %q, error %v; want an error with %q", got, err, tc.fault)
				}
				return
			}
			if err != nil || got != tc.want {
				t.Errorf("got %q (%v), want %q", got, err, tc.want)
			}
		})
	}
}

func TestTagsAreBounded(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{"<a " + strings.Repeat(`b="" `, 1<<20), "<a " + strings.Repeat(`b=">" `, 1<<20), "<a><b>" + strings.Repeat("<c/>", 5<<20)} {
		if _, err := names(doc); !errors.Is(err, markup.ErrTooLarge) {
			t.Errorf("%.10s: error %v", doc, err)
		}
	}
}

// endless is a document whose text never ends.
type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.n == 0 {
		e.n += 3
		return copy(p, "<a>"), nil
	}
	e.n += int64(len(p))
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestEndlessTextIsBounded(t *testing.T) {
	t.Parallel()
	in := &endless{}
	r, err := markup.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Root(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Text(nil); !errors.Is(err, markup.ErrTooLarge) {
		t.Errorf("error %v", err)
	}
	if in.n > 32<<20 {
		t.Errorf("%d bytes were read", in.n)
	}
}

func TestAppendEscaped(t *testing.T) {
	t.Parallel()
	got := string(markup.AppendEscaped(nil, []byte("<đ & \"x\">\x00\x01\xff\n]]>")))
	if want := "&lt;đ &amp; &quot;x&quot;&gt;\ufffd\n]]&gt;"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := names("<a><b>" + got + "</b></a>"); err != nil && !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

func TestNodeAsJSON(t *testing.T) {
	t.Parallel()
	r, err := markup.NewReader(strings.NewReader(`<x><a> 1.5 </a><b>007</b><c><d>đ "x"</d></c><a>true</a><e/></x>`))
	if err != nil {
		t.Fatal(err)
	}
	root, err := r.Root()
	if err != nil {
		t.Fatal(err)
	}
	budget := 7
	n, err := r.Node(root, &budget)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(markup.AppendJSON(nil, n.Children)), `{"a":[1.5,"true"],"b":"007","c":{"d":"đ \"x\""},"e":""}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNodesAreBounded(t *testing.T) {
	t.Parallel()
	r, err := markup.NewReader(strings.NewReader("<x>" + strings.Repeat("<a/>", 100) + "</x>"))
	if err != nil {
		t.Fatal(err)
	}
	root, err := r.Root()
	if err != nil {
		t.Fatal(err)
	}
	budget := 50
	if _, err := r.Node(root, &budget); !errors.Is(err, markup.ErrTooLarge) {
		t.Errorf("error %v", err)
	}
}
