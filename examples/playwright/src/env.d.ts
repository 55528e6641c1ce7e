interface ImportMetaEnv {
  readonly VITE_LEHNZ_URL: string;
  readonly VITE_LEHNZ_PUBLISHABLE_KEY: string;
}
