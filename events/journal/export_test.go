package journal

// OnSynced has f told of each file and the length that is surely on disk.
func OnSynced(f func(path string, size int64)) { onSynced = f }
