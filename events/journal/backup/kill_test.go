package backup

func child() bool { return false }
