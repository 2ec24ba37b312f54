import type { errors as english } from '../en/errors.ts'

const say = (cause: string, nextStep: string) => ({ cause, nextStep })

export const errors: typeof english = {
  aborted: say('Die Arbeit wurde auf Wunsch aufgegeben.', 'Nichts zu tun.'),

  device_absent: say(
    'Der Kodierer ist nicht angeschlossen.',
    'Schließen Sie ihn an, oder prüfen Sie die Leitung zum Schließsystem. Ist er angeschlossen, berichtigen Sie `path` oder `match` in der Konfiguration.',
  ),
  device_busy: say(
    'Der Kodierer ist in Gebrauch.',
    'Warten Sie auf den laufenden Vorgang, oder schließen Sie das andere Programm, das den Anschluss hält.',
  ),
  device_denied: say(
    'Das Betriebssystem verweigert den Zugriff auf den Kodierer.',
    'Führen Sie `encoder-bridge doctor` aus: es nennt den einen Befehl, der den Zugriff gibt.',
  ),
  device_lost: say(
    'Der Kodierer wurde abgezogen oder hat keinen Strom mehr.',
    'Prüfen Sie das Kabel; die Verbindung kommt von selbst wieder.',
  ),
  device_closed: say(
    'Das Gerät wurde vor diesem Aufruf geschlossen.',
    'Geben Sie den Auftrag noch einmal; wiederholt es sich, senden Sie die Diagnose an den Support.',
  ),
  device_unresponsive: say(
    'Der Kodierer antwortet nicht rechtzeitig.',
    'Ziehen Sie ihn ab und stecken Sie ihn wieder an, oder sehen Sie nach, ob die Schnittstelle des Schließsystems läuft; die README seines Treibers sagt, wie sie eingerichtet sein muss.',
  ),
  device_mismatch: say(
    'Wo der Kodierer sein sollte, antwortet ein anderes Gerät.',
    'Schließen Sie den Kodierer an, der hier eingerichtet wurde, oder berichtigen Sie den Pfad in der Konfiguration.',
  ),
  device_fault: say(
    'Der Kodierer meldet einen eigenen Fehler.',
    'Ziehen Sie ihn für zehn Sekunden ab; bleibt der Fehler, ersetzen Sie ihn.',
  ),
  protocol_error: say(
    'Die Antwort des Kodierers folgt nicht seinem Protokoll.',
    'Versuchen Sie es noch einmal; wiederholt es sich, senden Sie die Diagnose an den Support.',
  ),
  not_supported: say(
    'Der Kodierer kann das nicht, oder nicht mit dieser Art von Karte.',
    'Nehmen Sie einen Kodierer oder eine Karte, die es können: docs/key-systems.md und die README sagen, welche.',
  ),
  driver_unknown: say(
    'Einen Treiber dieses Namens gibt es nicht.',
    'Nehmen Sie einen von denen, die `encoder-bridge devices` auflistet.',
  ),
  driver_unavailable: say(
    'Auf diesem Rechner fehlt etwas, das der Treiber braucht.',
    'Installieren Sie, was die Meldung nennt; `encoder-bridge doctor` prüft es.',
  ),
  device_quarantined: say(
    'An der Stelle des eingerichteten Geräts ist ein anderes angeschlossen.',
    'Schließen Sie das eingerichtete Gerät an, oder nehmen Sie das neue mit `encoder-bridge devices accept` an.',
  ),
  device_ambiguous: say(
    'Mehrere angeschlossene Geräte könnten gemeint sein.',
    'Führen Sie `encoder-bridge devices identify` aus, oder nennen Sie Seriennummer oder Anschluss in der Konfiguration.',
  ),
  pcsc_unavailable: say(
    'Der Smartcard-Dienst dieses Rechners läuft nicht.',
    'Installieren und starten Sie ihn (Linux: das Paket pcscd; Windows: den Dienst „Smartcard“).',
  ),
  driver_crashed: say(
    'Der Treiber des Kodierers ist auf eine Weise gescheitert, die nicht vorkommen sollte.',
    'Er wird von selbst neu gestartet; wiederholt es sich, senden Sie die Diagnose an den Support.',
  ),

  card_timeout: say(
    'Es wurde nicht rechtzeitig eine Karte aufgelegt.',
    'Geben Sie den Auftrag noch einmal, und legen Sie eine Karte auf den Kodierer.',
  ),
  card_removed: say(
    'Die Karte wurde weggenommen, bevor die Arbeit fertig war.',
    'Legen Sie die Karte flach auf, und lassen Sie sie liegen, bis „fertig“ gesagt wird.',
  ),
  card_swapped: say(
    'Mitten in der Arbeit wurde eine andere Karte aufgelegt.',
    'Kodieren Sie noch einmal mit einer einzigen Karte; werfen Sie die erste weg, oder kodieren Sie sie neu.',
  ),
  card_several: say(
    'Auf dem Kodierer liegt mehr als eine Karte.',
    'Lassen Sie nur eine Karte auf dem Kodierer.',
  ),
  card_incompatible: say(
    'Diese Art von Karte passt nicht zum Auftrag.',
    'Nehmen Sie eine Karte der Art, die dieses Haus benutzt.',
  ),
  card_key_refused: say(
    'Die Karte weist den Schlüssel ab: sie ist geschützt oder gehört zu einem anderen System.',
    'Nehmen Sie eine leere Karte.',
  ),
  card_write_refused: say(
    'Die Karte lässt sich nicht beschreiben: Blöcke sind gesperrt oder verschlissen.',
    'Nehmen Sie eine andere Karte, und werfen Sie diese weg.',
  ),
  card_mismatch: say(
    'Zurückgelesen wurde etwas anderes, als geschrieben wurde.',
    'Werfen Sie die Karte weg, und kodieren Sie eine andere.',
  ),
  card_occupied: say(
    'Die Karte trägt eine gültige Berechtigung eines anderen Zugangswegs.',
    'Nehmen Sie eine freie Karte, oder bestätigen Sie, dass die alte Berechtigung überschrieben werden darf.',
  ),
  card_unreadable: say(
    'Karte oder Code wurde vorgehalten und ließ sich nicht lesen.',
    'Halten Sie sie noch einmal vor: gleichmäßig durchziehen, den Streifen auf der richtigen Seite, oder den Code ruhig halten.',
  ),
  card_swipe_failed: say(
    'Die Karte wurde beim Schreiben zu schnell, zu langsam oder ungleichmäßig bewegt.',
    'Ziehen Sie sie noch einmal in einer gleichmäßigen Bewegung durch; wiederholt es sich, reinigen oder ersetzen Sie sie.',
  ),
  card_misplaced: say(
    'Der Kodierer findet keine Karte, oder sie liegt oder steckt falsch.',
    'Legen Sie die Karte ein, wie das Bild am Kodierer zeigt, und geben Sie den Auftrag noch einmal.',
  ),
  card_foreign: say(
    'Das Schließsystem nimmt diese Karte nicht: sie ist beschädigt oder von einem anderen System.',
    'Nehmen Sie eine andere Karte dieses Hauses, und geben Sie den Auftrag noch einmal.',
  ),
  card_staff: say(
    'Die Karte gehört jemandem vom Personal und gilt noch.',
    'Geben Sie sie zurück, und nehmen Sie eine leere Karte.',
  ),
  card_stuck: say(
    'Die Karte steckt im Kodierer fest.',
    'Nehmen Sie sie heraus, wie die Anleitung des Kodierers zeigt; werfen Sie sie weg, und geben Sie den Auftrag noch einmal.',
  ),

  room_unmapped: say(
    'Eine Tür des Auftrags hat in der Zimmerliste dieses Platzes kein Zimmer des Schließsystems.',
    'Ergänzen Sie es: `encoder-bridge rooms check` nennt, was fehlt, `encoder-bridge rooms import` übernimmt die Liste.',
  ),
  room_unknown: say(
    'Das Schließsystem kennt kein solches Zimmer.',
    'Berichtigen Sie das Zimmer in der Liste dieses Platzes (`encoder-bridge rooms`), oder legen Sie es im Schließsystem an.',
  ),
  room_checked_out: say(
    'Das Zimmer ist im Schließsystem ausgecheckt: es gibt keinen Schlüssel zu kopieren.',
    'Nehmen Sie „Neuer Schlüssel“ statt „Weiterer Schlüssel“.',
  ),
  room_out_of_service: say(
    'Das Zimmer ist im Schließsystem außer Betrieb.',
    'Geben Sie ein anderes Zimmer, oder lassen Sie es wieder in Betrieb nehmen.',
  ),
  key_encoder_busy: say(
    'Das Schließsystem sagt, dass Kodierer oder Zimmer mit einem anderen Schlüssel beschäftigt sind.',
    'Beenden Sie, was der Kodierer anzeigt, oder brechen Sie es ab, und geben Sie den Auftrag noch einmal.',
  ),
  key_encoder_unknown: say(
    'Das Schließsystem kennt keinen Kodierer dieses Namens oder dieser Nummer.',
    'Berichtigen Sie `address` des Kodierers in der Konfiguration: es muss heißen wie im Schließsystem.',
  ),
  key_encoder_offline: say(
    'Das Schließsystem erreicht den Kodierer nicht.',
    'Prüfen Sie Strom und Netzwerkkabel des Kodierers; das Schließsystem muss ihn als verbunden zeigen.',
  ),
  one_shot_used_up: say(
    'Das Schließsystem hat keine Schlüssel für eine einzige Öffnung dieses Zimmers mehr.',
    'Nehmen Sie „Weiterer Schlüssel“.',
  ),
  key_order_refused: say(
    'Das Schließsystem nimmt den Auftrag so nicht an.',
    'Senden Sie die Diagnose an den Support; es wurde kein Schlüssel angefertigt.',
  ),
  lock_system_fault: say(
    'Das Schließsystem meldet einen eigenen Fehler.',
    'Rufen Sie den Service des Schließsystems; es wurde kein Schlüssel angefertigt.',
  ),
  credential_deleted: say(
    'Die Berechtigung wurde gelöscht.',
    'Geben Sie den Auftrag für einen Zugangsweg, den es gibt.',
  ),
  credential_cannot_be_reissued: say(
    'Die Berechtigung kann nicht noch einmal ausgestellt werden.',
    'Legen Sie einen neuen Zugangsweg an.',
  ),
  seam_unauthorized: say(
    'Seam nimmt den API-Schlüssel nicht an.',
    'Legen Sie einen gültigen Schlüssel in die Datei, die `secretFile` nennt.',
  ),
  seam_bridge_offline: say(
    'Die Seam Bridge zu diesem Kodierer ist getrennt oder erreicht ihr Zutrittssystem nicht.',
    'Prüfen Sie, ob der Rechner mit der Seam Bridge läuft und Netz hat; es wurde kein Schlüssel angefertigt.',
  ),

  order_invalid: say(
    'Der Auftrag kann so nicht ausgeführt werden.',
    'Berichtigen Sie ihn, wie die Meldung sagt.',
  ),
  order_expired: say('Der Auftrag lief ab, bevor er ausgeführt werden konnte.', 'Geben Sie ihn noch einmal.'),
  order_stale: say(
    'Für denselben Zugangsweg gibt es einen neueren Auftrag.',
    'Folgen Sie dem neueren Auftrag.',
  ),
  order_misdirected: say(
    'Der Auftrag ist für einen anderen Platz bestimmt.',
    'Senden Sie ihn an den Platz, dem der Kodierer gehört.',
  ),
  order_conflict: say(
    'Dieselbe Auftragsnummer wurde schon mit anderem Inhalt benutzt.',
    'Nehmen Sie für einen neuen Auftrag eine neue Nummer.',
  ),
  order_unconfirmed: say(
    'Ein neuer Schlüssel würde einen noch gültigen beenden, und niemand hat das bestätigt.',
    'Bestätigen Sie es, oder nehmen Sie „Weiterer Schlüssel“.',
  ),
  order_cancelled: say(
    'Der Auftrag wurde abgebrochen.',
    'Geben Sie ihn noch einmal, wenn eine Karte gewünscht ist.',
  ),
  order_unknown: say('Diesen Auftrag gibt es nicht.', 'Prüfen Sie die Auftragsnummer.'),
  outcome_unknown: say(
    'Das Schreiben wurde unterbrochen, und die Karte wurde nicht mehr gesehen.',
    'Lesen Sie die Karte, um ihren Zustand zu erfahren; kodieren Sie sie dann, wenn nötig, noch einmal.',
  ),
  write_interrupted: say(
    'Die Bridge hielt an, während die Karte geschrieben wurde.',
    'Kodieren Sie noch einmal; diese Karte darf wieder benutzt werden.',
  ),

  desk_limit: say(
    'Eine Grenze dieses Platzes lässt die Karte nicht zu.',
    'Warten Sie, oder ändern Sie `limits` in der Konfiguration dieses Platzes.',
  ),
  encoder_unknown: say(
    'Einen Kodierer dieses Namens oder dieser ID gibt es nicht.',
    'Nehmen Sie einen von denen, die `encoder-bridge devices` auflistet.',
  ),
  layout_unknown: say(
    'Eine Kartenaufteilung dieses Namens gibt es nicht.',
    'Nehmen Sie eine aus docs/configuration.md.',
  ),
  config_invalid: say(
    'Die Konfiguration kann so nicht benutzt werden.',
    'Berichtigen Sie, was die Meldung nennt.',
  ),
  data_unwritable: say(
    'In das Datenverzeichnis kann nicht geschrieben werden.',
    'Schaffen Sie Platz, geben Sie dem Benutzer des Dienstes Schreibrecht, oder wählen Sie ein anderes --data; es wurde keine Karte angefasst.',
  ),
  journal_newer: say(
    'Das Journal wurde von einer neueren Version geschrieben.',
    'Installieren Sie diese oder eine spätere Version; das Journal blieb, wie es ist.',
  ),
  journal_damaged: say(
    'Das Journal kann nicht gelesen werden.',
    'Bewahren Sie die Datei auf, und rufen Sie den Support; ohne ihre Vergangenheit läuft die Bridge nicht.',
  ),
  journal_locked: say(
    'Ein anderes encoder-bridge benutzt dieses Datenverzeichnis.',
    'Beenden Sie das andere, oder wählen Sie ein anderes --data.',
  ),
  port_taken: say(
    'Der Port ist von einem anderen Programm belegt.',
    'Beenden Sie das Programm, das die Meldung nennt, oder wählen Sie einen anderen --port.',
  ),
  not_paired: say('Dieser Platz ist mit keinem Hub gekoppelt.', 'Führen Sie `encoder-bridge pair` aus.'),
  machine_changed: say(
    'Diese Bridge wurde auf einem anderen Rechner gekoppelt.',
    'Tritt dieser Rechner an die Stelle des anderen, führen Sie `encoder-bridge pair` aus. Ist die Platte eine Kopie, geben Sie der Bridge zuerst ein leeres Datenverzeichnis.',
  ),
  daemon_unreachable: say(
    'Der Dienst antwortet nicht.',
    'Starten Sie ihn mit `encoder-bridge run`, oder prüfen Sie --data.',
  ),
  clock_skewed: say(
    'Die Uhr dieses Rechners weicht zu weit von der des Hubs ab.',
    'Stellen Sie die Uhr (schalten Sie die Netzwerkzeit ein); bis dahin werden neue Karten abgelehnt.',
  ),
  draining: say(
    'Die Bridge hält an und nimmt keine neuen Aufträge.',
    'Geben Sie den Auftrag nach dem Neustart noch einmal.',
  ),
  internal_error: say('Die Bridge hat einen eigenen Fehler.', 'Senden Sie die Diagnose an den Support.'),

  hub_unreachable: say(
    'Der Hub ist nicht zu erreichen.',
    'Prüfen Sie das Netz und die Adresse des Hubs; Ergebnisse werden aufbewahrt, bis er antwortet.',
  ),
  hub_unauthorized: say(
    'Der Hub nimmt das Token dieser Bridge nicht an.',
    'Koppeln Sie neu mit `encoder-bridge pair`.',
  ),
  hub_protocol: say(
    'Die Antwort des Hubs ist nicht zu verstehen.',
    'Prüfen Sie, ob die Adresse die eines Hubs ist, und ob beide zueinander passende Versionen haben.',
  ),
  hub_refused: say('Der Hub hat die Anfrage abgelehnt.', 'Berichtigen Sie, was die Meldung nennt.'),
  hub_insecure: say(
    'Ein Hub auf einem anderen Rechner wird nur über https erreicht.',
    'Nehmen Sie eine https-Adresse.',
  ),
  pairing_expired: say(
    'Der Kopplungscode lief ab, bevor er eingelöst wurde.',
    'Führen Sie `encoder-bridge pair` noch einmal aus.',
  ),

  request_invalid: say(
    'Die Anfrage kann so nicht ausgeführt werden.',
    'Berichtigen Sie, was die Meldung nennt.',
  ),
  control_unauthorized: say(
    'Das Token der lokalen Schnittstelle fehlt oder ist falsch.',
    'Senden Sie das Token aus DATA/control-token als Bearer-Token.',
  ),
  control_forbidden: say(
    'Die Anfrage kommt von einer Stelle, die diese Bridge nicht steuern darf.',
    'Rufen Sie von diesem Rechner aus an, nicht aus einer Seite anderer Herkunft.',
  ),
  control_locked: say(
    'Die Seite ist gesperrt.',
    'Sagen Sie, wer Sie sind: Namen wählen und PIN tippen, oder den Ausweis anhalten.',
  ),
  control_role: say(
    'Die Rolle, mit der Sie angemeldet sind, erlaubt das nicht.',
    'Lassen Sie es jemanden mit dieser Rolle tun, oder lassen Sie Ihre Rolle ändern.',
  ),
  sign_in_refused: say(
    'PIN, Ausweis oder Link wird nicht angenommen.',
    'Versuchen Sie es noch einmal. Die Einrichtung kann eine neue PIN setzen; einen benutzten oder alten Link macht `encoder-bridge open` neu.',
  ),
  clerk_unknown: say('Diese Person gibt es nicht.', 'Sehen Sie nach, wer an diesem Platz genannt ist.'),
  seam_unreachable: say(
    'Seam ist nicht erreichbar oder antwortet nicht, wie es sollte.',
    'Prüfen Sie Netzwerk und Proxy dieses Computers und `seam.endpoint`; es wird von selbst wieder versucht.',
  ),
  seam_refused: say('Seam hat die Anfrage abgelehnt.', 'Berichtigen Sie, was die Meldung nennt.'),
  card_not_assigned: say(
    'Die Karte wurde der Zugangsmethode nicht zugeordnet.',
    'Nehmen Sie eine andere Karte, oder lassen Sie die Zugangsmethode dort prüfen, wo sie gemacht wurde.',
  ),
  not_issued: say(
    'Es ist noch nicht ausgestellt, also gibt es nichts zu übergeben.',
    'Warten Sie, bis es ausgestellt ist; eine Karte muss zuerst kodiert oder zugeordnet werden.',
  ),
  settings_changed: say(
    'Die Konfigurationsdatei hat sich inzwischen geändert.',
    'Sehen Sie sie noch einmal an, und speichern Sie Ihre Änderung noch einmal.',
  ),
  settings_unwritable: say(
    'Die Konfigurationsdatei lässt sich nicht schreiben.',
    'Geben Sie dem Benutzer des Dienstes Schreibrecht auf die Datei und ihren Ordner, oder ändern Sie sie von Hand und starten Sie den Dienst neu.',
  ),
  browser_unavailable: say(
    'Hier lässt sich kein Browser öffnen.',
    'Rufen Sie `encoder-bridge open --print` auf und öffnen Sie den Link in einem Browser dieses Rechners. Von einem anderen aus leiten Sie zuerst den Port weiter: `ssh -L 27411:127.0.0.1:27411 DESK`.',
  ),
  route_unknown: say('Diese Adresse gibt es nicht.', 'Siehe docs/control-api.md.'),
  rate_limited: say('Zu viele Anfragen.', 'Langsamer.'),
}
