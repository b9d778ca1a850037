// Package pgcluster finds, starts, adopts and stops a private PostGIS cluster:
// one folder, a Unix socket, two roles. No coordinates are handled here.
//
// The cluster of a folder has many users at once (`gisd up`, a running import,
// a shell) and any of them may be killed. Two locks in the folder keep order;
// the kernel drops both when their holder dies:
//
//	pg.lock   held exclusively while the cluster is being started or stopped
//	pg.users  held shared by everyone who uses the cluster; whoever can take it
//	          exclusively when leaving was the last one, and stops the cluster
//
// A postmaster is never told to die with its parent: the next start finds it by
// its pid file and its working directory, and adopts it.
package pgcluster
