// Package encodings turns the text of old files into UTF-8 in normal form C, and
// finds out which encoding a column of it is in. It knows nothing of coordinates.
//
// A column is judged by the likelihood of its words: in each encoding that is
// tried, its bytes are letters, and the letters words of Vietnamese (onset, rime
// and tone by the rules of spelling, with the frequencies of a short list) or of
// a Western language (pairs of letters in place names), or neither. What a file
// declares, the language of its ASCII words and its other columns are priors. A
// Choice is unsure where the next best reading, which gives other text, is nearly
// as likely.
package encodings
