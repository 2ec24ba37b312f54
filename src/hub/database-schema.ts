/** The version that this program writes; a newer file is left alone. */
export const SCHEMA_VERSION = 5

/** Tables that came with version 3. */
const TABLES_OF_3 = `
create table mobile_keys (
  seq integer primary key autoincrement, access_method_id text not null unique, workspace_id text not null,
  client_session_id text not null unique, client_session_token text not null, instant_key_token text not null unique,
  uses integer not null, created_at text not null
) strict;
create table issue_simulations (
  seq integer primary key autoincrement, workspace_id text not null, mode text not null, trouble text not null,
  unique (workspace_id, mode)
) strict;
create table webhooks (
  seq integer primary key autoincrement, webhook_id text not null unique, workspace_id text not null, url text not null,
  event_types text not null, secret text not null, created_at text not null
) strict;
create table webhook_deliveries (
  seq integer primary key autoincrement, webhook_id text not null, event_id text not null, attempts integer not null,
  due_at text not null, unique (webhook_id, event_id)
) strict;
create index webhook_deliveries_by_webhook on webhook_deliveries (webhook_id, seq);
`

/** Tables that came with version 4. */
const TABLES_OF_4 = `
create table enrolment_tokens (
  seq integer primary key autoincrement, enrolment_token_id text not null unique, token_hash text not null unique,
  workspace_id text not null, acs_system_id text not null, created_at text not null, expires_at text not null,
  used_at text, bridge_id text, revoked_at text
) strict;
`

/** A random UUID of version 4 (RFC 9562, section 5.4). */
const NEW_UUID = `lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8' ||
  substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`

/** Tables that came with version 5: what a gateway keeps. */
const TABLES_OF_5 = `
create table gateways (
  seq integer primary key autoincrement, endpoint text not null, workspace_id text
) strict;
create table upstream_cards (
  seq integer primary key autoincrement, access_method_id text not null unique, acs_credential_id text, card_number text,
  is_issued integer not null, issued_at text, is_encoding_required integer not null,
  is_ready_for_encoding integer not null, is_assignment_required integer not null, is_ready_for_assignment integer not null
) strict;
create table registrations (
  seq integer primary key autoincrement, order_id text not null unique, acs_system_id text not null,
  card_number text not null, tries integer not null, due_at text not null
) strict;
create table assignments (
  seq integer primary key autoincrement, order_id text not null unique, access_method_id text not null,
  card_number text not null, state text not null, upstream_attempt_id text, result text not null, tries integer not null,
  due_at text not null, since text not null
) strict;
`

/** What makes of each older version, from 1 on, the one after it. */
export const MIGRATIONS: readonly string[] = [
  `alter table acs_encoders add column kind text not null default 'card'`,
  `alter table acs_systems add column card_issuing text not null default 'encoding';
   alter table access_methods add column card_issuing text not null default 'encoding';
   alter table access_methods add column trouble text;
   alter table access_methods add column instant_key_max_use_count integer;
   update access_methods set trouble = 'failed' where mode in ('mobile_key', 'cloud_key');
   ${TABLES_OF_3}`,
  // Every key until then could do everything.
  `alter table api_keys add column api_key_id text not null default '';
   update api_keys set api_key_id = ${NEW_UUID};
   alter table api_keys add column is_operator integer not null default 1;
   alter table api_keys add column expires_at text;
   alter table bridge_client_sessions add column next_token text;
   alter table bridge_client_sessions add column next_token_hash text;
   alter table bridges add column revoked_at text;
   alter table bridges add column clock_skew_ms integer;
   ${TABLES_OF_4}`,
  TABLES_OF_5,
]

export const SCHEMA = `
create table workspaces (
  seq integer primary key autoincrement, workspace_id text not null unique, name text not null, created_at text not null
) strict;
create table api_keys (
  seq integer primary key autoincrement, key_hash text not null unique, workspace_id text not null,
  label text not null, created_at text not null, api_key_id text not null, is_operator integer not null, expires_at text
) strict;
create table acs_systems (
  seq integer primary key autoincrement, acs_system_id text not null unique, workspace_id text not null,
  name text not null, time_zone text not null, connected_account_id text not null, card_issuing text not null,
  created_at text not null
) strict;
create table site_keys (
  seq integer primary key autoincrement, acs_system_id text not null, version integer not null, key text not null,
  unique (acs_system_id, version)
) strict;
create table acs_entrances (
  seq integer primary key autoincrement, acs_entrance_id text not null unique, workspace_id text not null,
  acs_system_id text not null, display_name text not null, can_belong_to_reservation integer not null,
  created_at text not null
) strict;
create table acs_encoders (
  seq integer primary key autoincrement, acs_encoder_id text not null, workspace_id text not null,
  acs_system_id text not null, bridge_id text not null, display_name text not null, driver text not null,
  kind text not null, technologies text not null, is_online integer not null, removed_at text, created_at text not null,
  unique (workspace_id, acs_encoder_id)
) strict;
create table user_identities (
  seq integer primary key autoincrement, user_identity_id text not null unique, workspace_id text not null,
  user_identity_key text, full_name text, email_address text, phone_number text, created_at text not null,
  unique (workspace_id, user_identity_key)
) strict;
create table access_grants (
  seq integer primary key autoincrement, access_grant_id text not null unique, workspace_id text not null,
  access_grant_key text, reservation_key text, user_identity_id text not null, name text,
  acs_system_id text not null, acs_entrance_ids text not null, starts_at text not null, ends_at text,
  created_at text not null, deleted_at text
) strict;
create unique index access_grant_keys on access_grants (workspace_id, access_grant_key) where deleted_at is null;
create table access_methods (
  seq integer primary key autoincrement, access_method_id text not null unique, workspace_id text not null,
  access_grant_id text not null, mode text not null, requested_code text, code text, acs_credential_id text,
  card_issuing text not null, trouble text, instant_key_max_use_count integer,
  is_issued integer not null, issued_at text, times_issued integer not null, created_at text not null, deleted_at text
) strict;
create index access_methods_by_grant on access_methods (access_grant_id);
create table acs_credentials (
  seq integer primary key autoincrement, acs_credential_id text not null unique, workspace_id text not null,
  acs_system_id text not null, access_method_id text, user_identity_id text not null, card_number text not null,
  starts_at text not null, ends_at text, is_issued integer not null, issued_at text, invalidated_at text,
  created_at text not null, deleted_at text
) strict;
create index acs_credentials_by_number on acs_credentials (workspace_id, card_number);
create table action_attempts (
  seq integer primary key autoincrement, action_attempt_id text not null unique, workspace_id text not null,
  action_type text not null, status text not null, result text, error text, created_at text not null
) strict;
create table orders (
  fence integer primary key autoincrement, order_id text not null unique, workspace_id text not null,
  bridge_id text not null, kind text not null, access_method_id text, user_identity_id text, idempotency_key text,
  content text not null, body text not null, state text not null,
  expires_at text not null, sent_at text, delivered_at text, ending text, settled_at text,
  unique (workspace_id, idempotency_key)
) strict;
create index open_orders on orders (bridge_id) where settled_at is null;
create index orders_by_card on orders (workspace_id, json_extract(ending, '$.card_uid')) where ending is not null;
create table simulations (
  seq integer primary key autoincrement, workspace_id text not null, acs_encoder_id text not null,
  action text not null, outcome text not null, unique (workspace_id, acs_encoder_id, action)
) strict;
create table events (
  seq integer primary key autoincrement, event_id text not null unique, workspace_id text not null,
  event_type text not null, subject text not null, created_at text not null
) strict;
create index events_by_time on events (workspace_id, created_at);
create table bridge_client_sessions (
  seq integer primary key autoincrement, bridge_client_session_id text not null unique, token_hash text not null unique,
  name text not null, time_zone text not null, machine_key text not null, pairing_code text not null,
  pairing_code_expires_at text not null, bridge_id text, created_at text not null, next_token text, next_token_hash text
) strict;
create table bridges (
  seq integer primary key autoincrement, bridge_id text not null unique, workspace_id text not null,
  acs_system_id text not null, machine_key text not null, time_zone text not null, last_seen_at text,
  created_at text not null, revoked_at text, clock_skew_ms integer
) strict;
${TABLES_OF_3}${TABLES_OF_4}${TABLES_OF_5}`
