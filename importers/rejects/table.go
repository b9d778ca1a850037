package rejects

import (
	"encoding/csv"
	"errors"
	"os"
	"strconv"

	"gisd/importers"
)

// table is the CSV: one line a fault, UTF-8.
type table struct {
	path string
	file *os.File
	csv  *csv.Writer
}

func header() []string {
	return []string{"layer", "record", "field", "loaded", "reason_vi", "reason_en", "raw", "id", "values"}
}

func (t *table) add(layer string, record int64, e *importers.RecordError, lost bool) error {
	if t.file == nil {
		f, err := os.Create(t.path)
		if err != nil {
			return err
		}
		t.file, t.csv = f, csv.NewWriter(f)
		if err := t.csv.Write(header()); err != nil {
			return err
		}
	}
	number, values := "", ""
	if record > 0 {
		number = strconv.FormatInt(record, 10)
	}
	if e.Whole != nil {
		values = string(e.Whole.Values)
	}
	return t.csv.Write([]string{layer, number, e.Field, strconv.FormatBool(lost), e.Reason.VI, e.Reason.EN, e.Raw, e.ID, values})
}

func (t *table) close() error {
	if t.file == nil {
		return nil
	}
	t.csv.Flush()
	return errors.Join(t.csv.Error(), t.file.Close())
}
