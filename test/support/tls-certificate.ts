/**
 * A certificate for `localhost` and 127.0.0.1, signed by itself, valid from 2020 to 2119, with its key: for servers of tests alone.
 * Made with ECDSA P-256.
 */
export const testCertificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9+SYqa3quWWUUYnc
vlbLL6IA1t/TcpovwcFDPNfUxtChRANCAARIAeui3UTAcXxVHcYvkRD6lm9SK3CE
1Ki0g7pVunyfBv9xlrnyoFsEQZ0WYtjkUXAfYUxC2oqRDqvhu/p1pLoU
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBRzCB7qADAgECAgEBMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCWxvY2FsaG9z
dDAgFw0yMDAxMDEwMDAwMDBaGA8yMTE5MTIzMTAwMDAwMFowFDESMBAGA1UEAwwJ
bG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAESAHrot1EwHF8VR3G
L5EQ+pZvUitwhNSotIO6Vbp8nwb/cZa58qBbBEGdFmLY5FFwH2FMQtqKkQ6r4bv6
daS6FKMvMC0wGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAJYIHpdw36drot14BATglAxCelcn84cr
8et0jfzVgbzZAiB2OWXJOVX/bdsynST0oaoTSvvPYl//dYOxIb1xW8/ARA==
-----END CERTIFICATE-----
`,
} as const
