import { encode } from 'uqr'

/** Modules of light around the code, so that phones find it (ISO/IEC 18004: four). */
const QUIET_ZONE = 4

/** A QR code as one path: nothing is loaded and nothing is opened. Black on white in every theme, as readers want it. */
export const QrCode = ({ text, label }: { readonly text: string; readonly label: string }) => {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET_ZONE })
  const path = data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${String(x)} ${String(y)}h1v1h-1z` : '')))
    .join('')
  return (
    <figure className="qr" aria-label={label}>
      <svg aria-hidden="true" viewBox={`0 0 ${String(size)} ${String(size)}`} shapeRendering="crispEdges">
        <rect width={size} height={size} fill="#fff" />
        <path d={path} fill="#000" />
      </svg>
    </figure>
  )
}
