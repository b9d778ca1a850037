// Package watch notices what is dropped into a folder once it is complete, and
// files it away afterwards. No coordinates pass through it.
//
// It looks at the folder again and again instead of asking the kernel: that also
// works on network drives, which is where offices drop their files.
package watch
