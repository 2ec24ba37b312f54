import { Copy } from '../../parts/copy.tsx'
import { Notice } from '../../parts/notice.tsx'
import { useTexts } from '../../texts/texts.tsx'
import { QrCode } from './qr-code.tsx'

const embedOf = (url: string): string =>
  `<iframe src="${url.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}" referrerpolicy="no-referrer"></iframe>`

/**
 * An Instant Key to be handed over. Its address is shown as text and as a code, and never as a link, in a frame or by a
 * preview: whoever opens it first has the key.
 */
export const InstantKey = ({ url }: { readonly url: string }) => {
  const { deliver } = useTexts()
  const message = encodeURIComponent(deliver.message(url))
  const embed = embedOf(url)
  return (
    <div className="instant-key">
      <QrCode text={url} label={deliver.qr} />
      <div className="instant-key-ways">
        <Notice tone="warning" title={deliver.warn} />
        <div className="shown">
          <output className="shown-text">{url}</output>
          <Copy text={url} label={deliver.instantKey} />
        </div>
        <div className="actions">
          <a className="button button-plain button-normal" href={`sms:?&body=${message}`}>
            {deliver.sms}
          </a>
          <a
            className="button button-plain button-normal"
            href={`mailto:?subject=${encodeURIComponent(deliver.mailSubject)}&body=${message}`}
          >
            {deliver.mail}
          </a>
        </div>
        <details>
          <summary>{deliver.embed}</summary>
          <div className="shown">
            <code className="shown-text">{embed}</code>
            <Copy text={embed} label={deliver.embed} />
          </div>
        </details>
      </div>
    </div>
  )
}
