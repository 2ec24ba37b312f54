import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/**
 * The page as the daemon serves it: hashed files beside one another, nothing inline, so that a strict
 * Content-Security-Policy holds.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: {
    outDir: '../../dist/page',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // One file: it comes from the same computer, and a view that is loaded later could not be while the daemon restarts.
    chunkSizeWarningLimit: 800,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
})
