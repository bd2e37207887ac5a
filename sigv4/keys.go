package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash/maphash"
	"strings"
	"sync"
)

// maxSigningKeys is the largest number of derived keys that a signer keeps. Each pair of credentials and day needs one.
const maxSigningKeys = 64

// signingKeys caches derived keys. The derivation takes four rounds of HMAC, and a key is valid for a whole day.
type signingKeys struct {
	seed  maphash.Seed
	mutex sync.Mutex
	keys  map[keyIdentity][sha256.Size]byte
}

// keyIdentity has the inputs of a derived key that differ within one signer.
type keyIdentity struct {
	accessKeyID string
	day         string
	// secret is a hash of the secret with a random seed, so that the secret itself is not kept. Two secrets of one access key id on
	// one day, which AWS never issues, have the same hash with a probability of 2^-64.
	secret uint64
}

func newSigningKeys() *signingKeys {
	return &signingKeys{seed: maphash.MakeSeed(), keys: make(map[keyIdentity][sha256.Size]byte)}
}

func (k *signingKeys) identity(credentials Credentials, day string) keyIdentity {
	return keyIdentity{credentials.AccessKeyID, day, maphash.String(k.seed, credentials.SecretAccessKey)}
}

// clone copies the texts, so that the identity does not keep the file or response in memory that they are part of.
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
		// Most of the keys are for earlier days. Keys that are still in use are derived again.
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
