package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// oneArgument wants exactly one argument, and says which.
func oneArgument(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return fmt.Errorf("%s is missing: %s", what, cmd.UseLine())
		case len(args) > 1:
			return fmt.Errorf("%s is wanted and no more, %d were given; quote a name with spaces: %s", what, len(args), cmd.UseLine())
		}
		return nil
	}
}

// flagError puts a flag's wrong value in words.
func flagError(_ *cobra.Command, err error) error {
	e, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return err
	}
	want := map[string]string{
		"int": "a whole number", "int64": "a whole number", "uint": "a whole number from 0 up",
		"float64": "a number", "bool": "true or false", "duration": "a duration, as 5s or 24h",
	}[e.GetFlag().Value.Type()]
	if want == "" {
		return err
	}
	return fmt.Errorf("--%s %q is not %s", e.GetFlag().Name, e.GetValue(), want)
}
