package jobs

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"gisd/spatial"
)

// explain is what may be shown of a failure.
func explain(err error) (spatial.Code, string) {
	e, ok := errors.AsType[*spatial.Error](err)
	if !ok || e.Code == spatial.CodeInternal || e.Message == "" {
		return spatial.CodeInternal, "The server failed on this import. Tell the administrator its id."
	}
	var b strings.Builder
	b.WriteString(e.Message)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Name, f.Reason)
	}
	return e.Code, b.String()
}

// flags are those of the command line that a request has as fields, too.
var flags = regexp.MustCompile(`--(collection|layer|all-layers|crs|swap-xy|encoding|mode|key|delete-missing|allow-loss|discard-edits|rebase-edits|map|max-errors|dry-run|title|publish|visibility)\b`)

// SayFields writes the flags in a message as the fields of a request:
// --all-layers becomes allLayers.
func SayFields(message string) string {
	return flags.ReplaceAllStringFunc(message, func(flag string) string {
		words := strings.Split(strings.TrimPrefix(flag, "--"), "-")
		for i := range words[1:] {
			if words[i+1] == "xy" {
				words[i+1] = "XY"
			} else {
				words[i+1] = strings.ToUpper(words[i+1][:1]) + words[i+1][1:]
			}
		}
		return strings.Join(words, "")
	})
}

// sayForServer is a message without flags and without the server's folders.
func sayForServer(message, dir string) string {
	message = strings.ReplaceAll(message, dir+"/"+contentDir+"/", "")
	return SayFields(strings.ReplaceAll(message, dir+"/", ""))
}

func faultError(fault any) error {
	if err, ok := fault.(error); ok {
		return err
	}
	return fmt.Errorf("%v", fault)
}
