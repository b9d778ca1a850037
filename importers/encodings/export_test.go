package encodings

// Listed tells whether a syllable is in the hit list.
func Listed(syllable string) bool {
	_, ok := theModel().vietnamese.listed[syllable]
	return ok
}

// Spelled tells whether a word is a syllable by the rules of spelling.
func Spelled(word string) bool {
	_, _, _, ok := theModel().vietnamese.parse([]rune(word))
	return ok
}
