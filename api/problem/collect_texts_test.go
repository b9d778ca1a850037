package problem_test

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// text follows one expression to its literals.
func (c *collector) text(f *function, e ast.Expr) {
	if template := c.template(f, e); strings.ContainsFunc(placeholder.ReplaceAllString(template, ""), isLetter) {
		c.templates[template] = c.files.Position(e.Pos())
		return
	}
	if c.seen[visit{f, e}] {
		return
	}
	c.seen[visit{f, e}] = true
	switch e := e.(type) {
	case *ast.ParenExpr:
		c.text(f, e.X)
	case *ast.Ident:
		c.name(f, e.Name)
	case *ast.CallExpr:
		if isSprintf(e) {
			c.text(f, e.Args[0])
			return
		}
		for _, target := range c.targets(f, e) {
			c.results(target, 0)
		}
	}
}

// name follows a parameter to its arguments and a variable to what is assigned.
func (c *collector) name(f *function, name string) {
	for g := f; g != nil; g = g.outer {
		for i, p := range g.params {
			if p == name {
				c.sinks[sink{g, i}] = true
			}
		}
		ast.Inspect(g.body, func(n ast.Node) bool {
			assign, ok := n.(*ast.AssignStmt)
			if !ok {
				return true
			}
			for i, left := range assign.Lhs {
				if assign.Tok == token.ADD_ASSIGN {
					continue // the catalogue holds the whole
				}
				if id, ok := left.(*ast.Ident); !ok || id.Name != name {
					continue
				}
				if len(assign.Rhs) == len(assign.Lhs) {
					c.text(g, assign.Rhs[i])
				} else if call, ok := assign.Rhs[0].(*ast.CallExpr); ok {
					for _, target := range c.targets(g, call) {
						c.results(target, i)
					}
				}
			}
			return true
		})
	}
}

// results follows what a function returns at an index.
func (c *collector) results(f *function, index int) {
	ast.Inspect(f.body, func(n ast.Node) bool {
		if _, inner := n.(*ast.FuncLit); inner {
			return false
		}
		if r, ok := n.(*ast.ReturnStmt); ok && index < len(r.Results) {
			c.text(f, r.Results[index])
		}
		return true
	})
}

// isLetter leaves out what is the same in every language, such as EPSG:{1}.
func isLetter(r rune) bool { return r >= 'a' && r <= 'z' }

func isSprintf(call *ast.CallExpr) bool {
	fun, ok := call.Fun.(*ast.SelectorExpr)
	return ok && fun.Sel.Name == "Sprintf"
}

// template writes an expression as text with {1}, {2} … for what is known only
// when it runs.
func (c *collector) template(f *function, e ast.Expr) string {
	n := 0
	next := func() string {
		n++
		return "{" + strconv.Itoa(n) + "}"
	}
	var write func(e ast.Expr) string
	write = func(e ast.Expr) string {
		switch e := e.(type) {
		case *ast.BasicLit:
			if e.Kind == token.STRING {
				text, err := strconv.Unquote(e.Value)
				if err != nil {
					panic(err) // parsed before
				}
				return verb.ReplaceAllStringFunc(text, func(v string) string {
					if m := verb.FindStringSubmatch(v); m[1] != "" {
						return "{" + m[1] + "}"
					}
					return next()
				})
			}
		case *ast.ParenExpr:
			return write(e.X)
		case *ast.BinaryExpr:
			return write(e.X) + write(e.Y)
		case *ast.Ident:
			if value, ok := c.constants[f.pkg+"."+e.Name]; ok {
				return write(value)
			}
		case *ast.CallExpr:
			if isSprintf(e) {
				return write(e.Args[0])
			}
		}
		return next()
	}
	return write(e)
}
