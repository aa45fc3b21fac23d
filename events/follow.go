package events

// FollowAsked says that somebody wants letters about a released item (关注进展). No letter but
// the one that asks whether it was he goes out until he confirms it from that address.
type FollowAsked struct {
	Item     string `json:"item"` // id
	PublicID string `json:"public_id"`
	Address  Sealed `json:"address"`
}

// FollowConfirmed says that whoever reads the address wants the letters.
type FollowConfirmed struct{}

// FollowEnded says that no more letters go out. The key of the address is destroyed after it.
type FollowEnded struct {
	Unconfirmed bool `json:"unconfirmed,omitzero"` // nobody confirmed it in time
}

func (e FollowAsked) mapSealed(f func(string, Sealed) (Sealed, error)) (Event, error) {
	err := mapFields(f, namedSealed{"address", &e.Address})
	return e, err
}
