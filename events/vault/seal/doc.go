// Package seal is the cryptography of the vault and knows nothing of where keys are kept.
//
//	Master ──Wrap──▶ wrapped data key         Key ──Box──▶ field or blob
//
// A box and a wrapped key name their cipher, so that a change of cipher (--cipher) touches
// new keys only and everything older opens as before: AES-256-GCM, and SM4-GCM as RFC 8998
// defines it (github.com/emmansun/gmsm). A data key is used with one cipher only, and with
// at most 2³² boxes, as random nonces of 96 bits allow.
//
// SM4 is supported; that is no statement on any certification of a cryptographic product.
package seal
