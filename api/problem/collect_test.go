package problem_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// collector follows texts back from where they reach a caller, the Message of
// an error and the Reason of a field, to the literals they are made of. It
// reads syntax alone: functions are told apart by package and name, methods by
// name.
type collector struct {
	files     *token.FileSet
	functions []*function
	sinks     map[sink]bool
	seen      map[visit]bool
	faults    map[string]bool // string types that are errors, by package and name
	templates map[string]token.Position
	constants map[string]ast.Expr // by package and name
	strict    bool                // a Reason is one of a FieldError, others have reasons too
	other     map[ast.Node]bool   // such reasons
}

type function struct {
	pkg, name string
	method    bool
	outer     *function // the one that a literal stands in
	params    []string
	body      *ast.BlockStmt
}

// sink is a parameter whose text reaches a caller.
type sink struct {
	f     *function
	index int
}

// visit is an expression as one function sees it.
type visit struct {
	f *function
	e ast.Expr
}

// collect returns every template under the folders, with {1}, {2} … where
// values stand.
func collect(t *testing.T, root string, folders []string, skip *regexp.Regexp) map[string]token.Position {
	t.Helper()
	return collectWith(t, root, folders, skip, false)
}

// collectWith leaves out reasons that are no field's, where strict.
func collectWith(t *testing.T, root string, folders []string, skip *regexp.Regexp, strict bool) map[string]token.Position {
	t.Helper()
	c := &collector{
		strict: strict, other: map[ast.Node]bool{},
		files: token.NewFileSet(), sinks: map[sink]bool{}, seen: map[visit]bool{}, faults: map[string]bool{},
		templates: map[string]token.Position{}, constants: map[string]ast.Expr{},
	}
	c.parse(t, root, folders, skip, func(folder string, file *ast.File) { c.declare(folder, file) })
	for before := -1; before != len(c.sinks)+len(c.seen); {
		before = len(c.sinks) + len(c.seen)
		for _, f := range c.functions {
			c.walk(f)
		}
	}
	return c.templates
}

// faults returns the templates of the errors that functions under the folders
// make, but for those that begin with the name of the operation, as an error for
// the log does.
func faults(t *testing.T, root string, folders []string, skip *regexp.Regexp) map[string]token.Position {
	t.Helper()
	c := &collector{files: token.NewFileSet(), templates: map[string]token.Position{}}
	operation := regexp.MustCompile(`^(importers|[a-z]+): `)
	c.parse(t, root, folders, skip, func(_ string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !makesError(call) {
				return true
			}
			template := c.template(&function{}, call.Args[0])
			if strings.ContainsFunc(placeholder.ReplaceAllString(template, ""), isLetter) && !operation.MatchString(template) && !strings.HasPrefix(template, "enough") && template != "seen enough" {
				c.templates[template] = c.files.Position(call.Pos())
			}
			return true
		})
	})
	return c.templates
}

// parse reads the Go files of the folders, but for tests and those to skip.
func (c *collector) parse(t *testing.T, root string, folders []string, skip *regexp.Regexp, use func(folder string, file *ast.File)) {
	t.Helper()
	for _, folder := range folders {
		paths, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no Go files in %s: %v", folder, err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") || skip.MatchString(filepath.ToSlash(path)) {
				continue
			}
			file, err := parser.ParseFile(c.files, path, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			use(folder, file)
		}
	}
}

func makesError(call *ast.CallExpr) bool {
	fun, ok := call.Fun.(*ast.SelectorExpr)
	return ok && (fun.Sel.Name == "Errorf" || fun.Sel.Name == "New" && isName(fun.X, "errors"))
}

func isName(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

func (c *collector) declare(pkg string, file *ast.File) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if v, ok := s.(*ast.ValueSpec); ok && d.Tok == token.CONST {
					for i := range v.Values {
						c.constants[pkg+"."+v.Names[i].Name] = v.Values[i]
					}
				}
			}
		case *ast.FuncDecl:
			if d.Recv != nil && d.Name.Name == "Error" {
				if of, ok := d.Recv.List[0].Type.(*ast.Ident); ok {
					c.faults[pkg+"."+of.Name] = true
				}
			}
			if d.Body != nil {
				c.function(&function{pkg: pkg, name: d.Name.Name, method: d.Recv != nil, body: d.Body}, d.Type)
			}
		}
	}
}

// function enters f and the literals inside it that have a name.
func (c *collector) function(f *function, signature *ast.FuncType) {
	for _, p := range signature.Params.List {
		for _, name := range p.Names {
			f.params = append(f.params, name.Name)
		}
	}
	c.functions = append(c.functions, f)
	ast.Inspect(f.body, func(n ast.Node) bool {
		assign, ok := n.(*ast.AssignStmt)
		if !ok || len(assign.Lhs) != 1 || len(assign.Rhs) != 1 {
			return true
		}
		literal, isFunc := assign.Rhs[0].(*ast.FuncLit)
		if !isFunc {
			return true
		}
		inner := &function{pkg: f.pkg, outer: f, body: literal.Body}
		switch name := assign.Lhs[0].(type) {
		case *ast.Ident:
			inner.name = name.Name
		case *ast.SelectorExpr: // a callback
			inner.name, inner.method = name.Sel.Name, true
		}
		c.function(inner, literal.Type)
		return true
	})
}

// walk looks for texts that reach a caller within f.
func (c *collector) walk(f *function) {
	ast.Inspect(f.body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			c.reasons(n)
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && !c.other[n] && (key.Name == "Message" || key.Name == "Reason") {
				c.text(f, n.Value)
			}
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				field, ok := left.(*ast.SelectorExpr)
				if ok && (field.Sel.Name == "Message" || field.Sel.Name == "Reason" && !c.strict) && len(n.Rhs) == len(n.Lhs) {
					c.text(f, n.Rhs[i])
				}
			}
		case *ast.CallExpr:
			if to, ok := n.Fun.(*ast.Ident); ok && c.faults[f.pkg+"."+to.Name] {
				c.text(f, n.Args[0]) // a conversion
			}
			for _, target := range c.targets(f, n) {
				for i, argument := range n.Args {
					if !c.sinks[sink{target, i}] {
						continue
					}
					c.text(f, argument)
					if bare := c.template(f, argument); bare == "{1}" && i+1 < len(n.Args) {
						c.text(f, n.Args[i+1]) // what "%s" stands for
					}
				}
			}
		}
		return true
	})
}

// reasons notes those in a literal that is no FieldError.
func (c *collector) reasons(l *ast.CompositeLit) {
	of, named := l.Type.(*ast.SelectorExpr)
	if !c.strict || l.Type == nil || named && of.Sel.Name == "FieldError" {
		return
	}
	for _, e := range l.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok && isName(pair.Key, "Reason") {
			c.other[pair] = true
		}
	}
}

// targets are the functions that a call may mean.
func (c *collector) targets(f *function, call *ast.CallExpr) []*function {
	var found []*function
	for _, g := range c.functions {
		switch fun := call.Fun.(type) {
		case *ast.Ident:
			if g.name == fun.Name && g.pkg == f.pkg && !g.method && (g.outer == nil || within(f, g.outer)) {
				found = append(found, g)
			}
		case *ast.SelectorExpr:
			from, isName := fun.X.(*ast.Ident)
			qualified := isName && !g.method && g.outer == nil && filepath.Base(g.pkg) == from.Name
			if g.name == fun.Sel.Name && (g.method || qualified) {
				found = append(found, g)
			}
		}
	}
	return found
}

func within(f, outer *function) bool {
	for ; f != nil; f = f.outer {
		if f == outer {
			return true
		}
	}
	return false
}

var (
	verb        = regexp.MustCompile(`%(?:\[(\d+)\])?[-+# 0]*\d*(?:\.\d+)?[a-zA-Z]`)
	placeholder = regexp.MustCompile(`\{\d+\}`)
)
