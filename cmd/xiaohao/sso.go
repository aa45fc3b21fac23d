package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"xiaohao/web/sso"
)

// ssoFlags name another system that signs people in, too (OpenID Connect).
type ssoFlags struct {
	OIDCIssuer     string `name:"oidc-issuer" env:"XIAOHAO_OIDC_ISSUER" placeholder:"URL" help:"Another system that signs people in (OpenID Connect), besides passwords. An administrator links each person on /admin/officers."`
	OIDCClientID   string `name:"oidc-client-id" env:"XIAOHAO_OIDC_CLIENT_ID" placeholder:"ID" help:"What this program is called there."`
	OIDCSecretFile string `name:"oidc-secret-file" type:"path" env:"XIAOHAO_OIDC_SECRET_FILE" help:"File with the secret that goes with it, mode 0600."`
	OIDCSite       string `name:"oidc-site" env:"XIAOHAO_OIDC_SITE" placeholder:"URL" help:"Address of these pages as browsers see it. With /signin/sso/back after it, it is registered there."`
}

// provider returns the other system, nil when there is none.
func (f *ssoFlags) provider() (*sso.Provider, error) {
	given := 0
	for _, v := range []string{f.OIDCIssuer, f.OIDCClientID, f.OIDCSecretFile, f.OIDCSite} {
		if v != "" {
			given++
		}
	}
	switch given {
	case 0:
		return nil, nil
	case 4:
	default:
		return nil, &exitError{2, errors.New("--oidc-issuer, --oidc-client-id, --oidc-secret-file and --oidc-site go together")}
	}
	info, err := os.Stat(f.OIDCSecretFile)
	if err != nil {
		return nil, &exitError{2, fmt.Errorf("--oidc-secret-file: %w", err)}
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, &exitError{2, fmt.Errorf("--oidc-secret-file: %s can be read by others; chmod 600 it", f.OIDCSecretFile)}
	}
	secret, err := os.ReadFile(f.OIDCSecretFile)
	if err != nil {
		return nil, &exitError{2, fmt.Errorf("--oidc-secret-file: %w", err)}
	}
	p, err := sso.New(sso.Config{Issuer: f.OIDCIssuer, ClientID: f.OIDCClientID, Secret: strings.TrimSpace(string(secret)), Site: f.OIDCSite})
	if err != nil {
		return nil, &exitError{2, err}
	}
	return p, nil
}
