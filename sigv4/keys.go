package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// maxSigningKeys is how many derived keys a signer keeps. One is needed for each set of credentials and day.
const maxSigningKeys = 64

// signingKeys keeps derived keys, since deriving one takes four rounds of HMAC and it serves for a whole day.
type signingKeys struct {
	mutex sync.Mutex
	// keys is by digest of credentials and day, so that no secret is kept.
	keys map[[sha256.Size]byte][sha256.Size]byte
}

func newSigningKeys() *signingKeys {
	return &signingKeys{keys: make(map[[sha256.Size]byte][sha256.Size]byte)}
}

func (k *signingKeys) signingKey(credentials Credentials, day, region, service string) [sha256.Size]byte {
	var space [256]byte
	// The length keeps apart what the concatenation of id and secret would mix up.
	identity := binary.BigEndian.AppendUint64(space[:0], uint64(len(credentials.AccessKeyID)))
	identity = append(identity, credentials.AccessKeyID...)
	identity = append(identity, day...)
	identity = append(identity, credentials.SecretAccessKey...)
	digest := sha256.Sum256(identity)

	k.mutex.Lock()
	key, found := k.keys[digest]
	k.mutex.Unlock()
	if found {
		return key
	}

	key = deriveSigningKey(credentials.SecretAccessKey, day, region, service)
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if len(k.keys) >= maxSigningKeys {
		// Mostly keys of days gone by. Those still in use are derived again.
		clear(k.keys)
	}
	k.keys[digest] = key
	return key
}

func deriveSigningKey(secret string, day, region, service string) (key [sha256.Size]byte) {
	derived := append([]byte("AWS4"), secret...)
	for _, part := range [][]byte{[]byte(day), []byte(region), []byte(service), []byte("aws4_request")} {
		mac := hmac.New(sha256.New, derived)
		mac.Write(part)
		derived = mac.Sum(nil)
	}
	copy(key[:], derived)
	return key
}
