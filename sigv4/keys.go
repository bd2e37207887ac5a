package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash/maphash"
	"strings"
	"sync"
)

// maxSigningKeys is how many derived keys a signer keeps. One is needed for each set of credentials and day.
const maxSigningKeys = 64

// signingKeys keeps derived keys, since deriving one takes four rounds of HMAC and it serves for a whole day.
type signingKeys struct {
	seed  maphash.Seed
	mutex sync.Mutex
	keys  map[keyIdentity][sha256.Size]byte
}

// keyIdentity is what a derived key depends on, within one signer.
type keyIdentity struct {
	accessKeyID string
	day         string
	// secret is a hash with a seed that nobody knows: the secret itself is not kept, and two secrets of one access key id,
	// of which there never are two on one day, are still told apart but once in 2^64 times.
	secret uint64
}

func newSigningKeys() *signingKeys {
	return &signingKeys{seed: maphash.MakeSeed(), keys: make(map[keyIdentity][sha256.Size]byte)}
}

func (k *signingKeys) identity(credentials Credentials, day string) keyIdentity {
	return keyIdentity{credentials.AccessKeyID, day, maphash.String(k.seed, credentials.SecretAccessKey)}
}

// clone is for keeping: what the texts were cut from, a file or a response, is not kept with them.
func (i keyIdentity) clone() keyIdentity {
	return keyIdentity{strings.Clone(i.accessKeyID), strings.Clone(i.day), i.secret}
}

func (k *signingKeys) signingKey(identity keyIdentity, secret, region, service string) [sha256.Size]byte {
	k.mutex.Lock()
	key, found := k.keys[identity]
	k.mutex.Unlock()
	if found {
		return key
	}

	key = deriveSigningKey(secret, identity.day, region, service)
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if len(k.keys) >= maxSigningKeys {
		// Mostly keys of days gone by. Those still in use are derived again.
		clear(k.keys)
	}
	k.keys[identity.clone()] = key
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
