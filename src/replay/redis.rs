//! A guard in Redis, for all the processes that share it.

use std::fmt;
use std::future::{Future, ready};
use std::io;
use std::time::Duration;

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{
    AsyncConnectionConfig, Client, IntoConnectionInfo as _, RedisError, RedisResult, Script,
};
use tokio::time::timeout;

use crate::replay::connections::{Connections, is_lost, says};
use crate::replay::error::{ReplayError, ReplayErrorKind};
use crate::replay::guard::{Claim, ReplayGuard, bounded};
use crate::replay::key::ReplayKey;
use crate::replay::lease::Lease;

/// Replaces the owner's claim with the mark of a committed delivery. A repeated call finds the mark
/// and succeeds.
const COMMIT: &str = "\
local held = redis.call('GET', KEYS[1])
if held == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1
end
return held == ARGV[2] and 1 or 0";

const RELEASE: &str = "\
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0";

/// Moves the end of the owner's claim, but never to an earlier time. `PEXPIRE … GT` would do the
/// same, but needs Redis 7.
const EXTEND: &str = "\
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 1";

/// Deletes the mark of a committed delivery, whoever has committed it.
const FORGET: &str = "\
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 1, #ARGV[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0";

/// A [`ReplayGuard`] for many processes, which share a Redis server or cluster.
///
/// Each delivery is one key: the prefix and the 64 hexadecimal digits of its [`ReplayKey`]. Its
/// value is `claimed:` or `done:` and the token of the owner, and it expires when the lease or the
/// keep time ends. A claim is `SET … NX PX`. Commit, release and extend are scripts that check the
/// owner; they are loaded again automatically after a restart of the server. Redis 5 or newer is
/// required.
///
/// # Failures
///
/// If the server does not answer within the [timeout](RedisReplayGuardBuilder::timeout), calls fail
/// with [`ReplayErrorKind::Unavailable`], and the connection is replaced for the calls after it, in
/// case it is silent. If the connection turns out to be lost, or leads to a server that cannot serve
/// (a replica after a failover, one that is loading its data, one that no longer knows us), a new one
/// is made and the call is repeated once within the same timeout. If the server carried out a claim and
/// its answer was lost, nobody owns the delivery: the sender's retry gets [`Claim::InFlight`] until the
/// lease ends, and then [`Claim::Fresh`]. It is late, not lost.
///
/// If the server loses data, the guard forgets deliveries. None is lost by that, but it can be
/// handled twice: after a restart without persistence, after a failover that lost the last writes,
/// and under an eviction policy. Set `maxmemory-policy noeviction`; if the server is out of memory,
/// claims and commits then fail with [`ReplayErrorKind::Full`].
///
/// Time is measured by the server.
///
/// # Permissions
///
/// An ACL user needs the keys that begin with the prefix, and these commands:
///
/// ```text
/// ~tower-webhook:replay:* +get +set +del +pttl +pexpire +evalsha +script|load +ping
/// ```
///
/// `+select` too if the URL names a database. A cluster's connection needs `+cluster|slots`.
///
/// # TLS
///
/// `rediss://` URLs work if the binary adds two dependencies, which turn TLS on and bring the
/// cryptography for it:
///
/// ```toml
/// redis = { version = "1", default-features = false, features = ["tokio-rustls-comp"] }
/// rustls = { version = "0.23", default-features = false, features = ["ring"] }
/// ```
///
/// and chooses that cryptography for its process before it connects. Without a choice, `rustls` panics
/// where it has none or several to choose from. That panic is caught, unless the binary aborts on one,
/// and the guard's calls fail with [`ReplayErrorKind::Unavailable`].
///
/// ```
/// // It fails if the binary has chosen already.
/// let _ = rustls::crypto::ring::default_provider().install_default();
/// ```
///
/// The machine has to trust the server's certificate. If it comes from an authority of your own, make
/// the connections yourself:
///
/// ```no_run
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use redis::{Client, TlsCertificates};
/// use tower_webhook::replay::RedisReplayGuard;
///
/// let authority = std::fs::read("/etc/redis/ca.pem")?;
/// let trusted = TlsCertificates { client_tls: None, root_cert: Some(authority) };
/// let client = Client::build_with_tls("rediss://10.0.0.1/", trusted)?;
/// let guard = RedisReplayGuard::builder().connect_with(move || {
///     let client = client.clone();
///     async move { client.get_multiplexed_async_connection().await }
/// });
/// # Ok(())
/// # }
/// ```
///
/// # Sentinels
///
/// Enable the feature `sentinel` of the `redis` crate in the same way, and ask the sentinels for the
/// master each time a connection is needed. When another server becomes the master, the connection to
/// the former one is lost, or answers that it is a replica; calls fail with
/// [`ReplayErrorKind::Unavailable`] until the sentinels have agreed, and then work again.
///
/// ```no_run
/// use redis::sentinel::{SentinelClient, SentinelServerType};
/// use tower_webhook::replay::RedisReplayGuard;
///
/// let guard = RedisReplayGuard::builder().connect_with(|| async {
///     let sentinels = vec!["redis://10.0.0.1:26379/", "redis://10.0.0.2:26379/"];
///     let name = "main".to_owned();
///     let mut client = SentinelClient::build(sentinels, name, None, SentinelServerType::Master)?;
///     client.get_async_connection().await
/// });
/// ```
///
/// A master that has failed takes along what it had not passed on yet, and those deliveries can be
/// handled twice.
///
/// # Clusters
///
/// No command touches more than one key, so the keys may be on any node of a cluster. Enable the
/// feature `cluster-async` of the `redis` crate in the same way, and pass a connection:
///
/// ```no_run
/// # async fn example() -> redis::RedisResult<()> {
/// use redis::cluster::ClusterClient;
/// use tower_webhook::replay::RedisReplayGuard;
///
/// let cluster = ClusterClient::new(["redis://10.0.0.1", "redis://10.0.0.2"])?;
/// let guard = RedisReplayGuard::builder().connection(cluster.get_async_connection().await?);
/// # Ok(())
/// # }
/// ```
///
/// # Examples
///
/// ```no_run
/// # async fn example() -> Result<(), tower_webhook::replay::ReplayError> {
/// use std::time::Duration;
/// use tower_webhook::replay::RedisReplayGuard;
///
/// let guard = RedisReplayGuard::builder()
///     .key_prefix("billing:webhooks:")
///     .timeout(Duration::from_millis(500))
///     .connect("redis://127.0.0.1/")
///     .await?;
/// # Ok(())
/// # }
/// ```
pub struct RedisReplayGuard<C = MultiplexedConnection> {
    connections: Connections<C>,
    commit: Script,
    release: Script,
    extend: Script,
    key_prefix: String,
    timeout: Duration,
}

/// Sets up a [`RedisReplayGuard`]; made by [`RedisReplayGuard::builder`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::replay::{RedisReplayGuard, ReplayErrorKind};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let error = RedisReplayGuard::builder()
///     .key_prefix("billing:webhooks:")
///     .timeout(Duration::from_millis(500))
///     .connect_timeout(Duration::from_millis(200))
///     // No server listens on this port.
///     .connect("redis://127.0.0.1:1/")
///     .await
///     .unwrap_err();
/// assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it is given a connection"]
pub struct RedisReplayGuardBuilder {
    key_prefix: String,
    timeout: Duration,
    connect_timeout: Duration,
}

impl RedisReplayGuard {
    /// Starts to set up a guard with the key prefix `tower-webhook:replay:` and a timeout of 1
    /// second.
    pub fn builder() -> RedisReplayGuardBuilder {
        RedisReplayGuardBuilder {
            key_prefix: "tower-webhook:replay:".into(),
            timeout: Duration::from_secs(1),
            connect_timeout: Duration::from_secs(5),
        }
    }
}

impl<C> RedisReplayGuard<C>
where
    C: ConnectionLike + Clone + Send + Sync + 'static,
{
    /// Forgets that a delivery was handled, so that it is handled again if it is sent again: for an
    /// operator's tool. Returns `true` if it was remembered.
    ///
    /// A delivery in flight stays claimed, because its handler may still succeed.
    ///
    /// # Errors
    ///
    /// Returns [`Unavailable`](ReplayErrorKind::Unavailable) if the server does not answer: the
    /// delivery may or may not be forgotten.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the delivery may or may not be forgotten. The call can be repeated.
    pub async fn forget(&self, key: &ReplayKey) -> Result<bool, ReplayError> {
        let (name, forget) = (self.name(key), Script::new(FORGET));
        self.call(|mut connection| {
            let mut forget = forget.key(&name);
            forget.arg(DONE);
            async move { forget.invoke_async(&mut connection).await }
        })
        .await
    }

    async fn try_claim(
        &self,
        mut connection: C,
        name: &str,
        owner: &str,
        lease: u64,
    ) -> RedisResult<Answer> {
        // The second round is for a key that expires between the two commands.
        for _ in 0..2 {
            let mut set = redis::cmd("SET");
            set.arg(name).arg(owner).arg("NX").arg("PX").arg(lease);
            if set.query_async::<Option<String>>(&mut connection).await?.is_some() {
                return Ok(Answer::Fresh);
            }
            let get = redis::Cmd::get(name);
            match get.query_async::<Option<String>>(&mut connection).await? {
                // An earlier attempt of this very call has claimed it, and its answer was lost.
                Some(held) if held == owner => return Ok(Answer::Fresh),
                Some(held) if held.starts_with(DONE) => return Ok(Answer::Done),
                Some(_) => return Ok(Answer::InFlight),
                None => {}
            }
        }
        Ok(Answer::InFlight)
    }

    async fn try_commit(
        &self,
        mut connection: C,
        name: &str,
        lease: &Lease,
        keep: u64,
    ) -> RedisResult<bool> {
        let mut commit = self.commit.key(name);
        commit.arg(value(CLAIMED, lease)).arg(value(DONE, lease)).arg(keep);
        commit.invoke_async(&mut connection).await
    }

    async fn try_release(&self, mut connection: C, name: &str, lease: &Lease) -> RedisResult<bool> {
        let mut release = self.release.key(name);
        release.arg(value(CLAIMED, lease)).invoke_async(&mut connection).await
    }

    async fn try_extend(
        &self,
        mut connection: C,
        name: &str,
        lease: &Lease,
        by: u64,
    ) -> RedisResult<bool> {
        let mut extend = self.extend.key(name);
        extend.arg(value(CLAIMED, lease)).arg(by).invoke_async(&mut connection).await
    }

    async fn try_ping(mut connection: C) -> RedisResult<()> {
        redis::cmd("PING").exec_async(&mut connection).await
    }

    /// Makes a call, and repeats it if the connection was lost. Every call may be repeated, since
    /// the server knows the owner.
    async fn call<T, F>(&self, mut call: impl FnMut(C) -> F) -> Result<T, ReplayError>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let mut in_use = None;
        let both = async {
            let (connection, number) = self.connections.get().await?;
            in_use = Some(number);
            match call(connection).await {
                Err(error) if is_lost(&error) => self.connections.lose(number),
                done => return done,
            }
            let (connection, number) = self.connections.get().await?;
            in_use = Some(number);
            call(connection).await.inspect_err(|error| {
                if is_lost(error) {
                    self.connections.lose(number);
                }
            })
        };
        let done = timeout(self.timeout, both).await;
        done.map(|done| done.map_err(unavailable)).unwrap_or_else(|_| {
            // It may be silent, and another may not be.
            in_use.into_iter().for_each(|number| self.connections.lose(number));
            Err(ReplayError::unavailable(io::Error::from(io::ErrorKind::TimedOut)))
        })
    }

    fn name(&self, key: &ReplayKey) -> String {
        format!("{}{}", self.key_prefix, hex::encode(key.as_bytes()))
    }
}

impl<C> ReplayGuard for RedisReplayGuard<C>
where
    C: ConnectionLike + Clone + Send + Sync + 'static,
{
    async fn claim(&self, key: &ReplayKey, lease: Duration) -> Result<Claim, ReplayError> {
        let owner = Lease::random()?;
        let (name, mine) = (self.name(key), value(CLAIMED, &owner));
        let answer =
            self.call(|connection| self.try_claim(connection, &name, &mine, millis(lease))).await?;
        Ok(match answer {
            Answer::Fresh => Claim::Fresh(owner),
            Answer::InFlight => Claim::InFlight,
            Answer::Done => Claim::Done,
        })
    }

    async fn commit(
        &self,
        key: &ReplayKey,
        lease: &Lease,
        keep: Duration,
    ) -> Result<(), ReplayError> {
        let name = self.name(key);
        let committed =
            self.call(|connection| self.try_commit(connection, &name, lease, millis(keep))).await?;
        committed.then_some(()).ok_or_else(|| ReplayError::new(ReplayErrorKind::LeaseLost))
    }

    async fn release(&self, key: &ReplayKey, lease: &Lease) -> Result<(), ReplayError> {
        let name = self.name(key);
        self.call(|connection| self.try_release(connection, &name, lease)).await?;
        Ok(())
    }

    async fn extend(
        &self,
        key: &ReplayKey,
        lease: &Lease,
        by: Duration,
    ) -> Result<(), ReplayError> {
        let name = self.name(key);
        let by = millis(by);
        let extended =
            self.call(|connection| self.try_extend(connection, &name, lease, by)).await?;
        extended.then_some(()).ok_or_else(|| ReplayError::new(ReplayErrorKind::LeaseLost))
    }

    async fn health(&self) -> Result<(), ReplayError> {
        self.call(Self::try_ping).await
    }
}

impl<C> fmt::Debug for RedisReplayGuard<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisReplayGuard")
            .field("key_prefix", &self.key_prefix)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl RedisReplayGuardBuilder {
    /// Sets the prefix of every key's name, default `tower-webhook:replay:`.
    ///
    /// Guards that share a server and a prefix share their deliveries. In a cluster, a prefix with
    /// `{…}` in it puts all keys on one node.
    pub fn key_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.key_prefix = prefix.into();
        self
    }

    /// Sets how long a call of the guard may take, including all its commands and a new connection
    /// if one is needed; default 1 second.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how long an attempt to connect may take, default 5 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Connects to a server: `redis://[<user>:<password>@]<host>[:<port>][/<database>]`, and
    /// `rediss://` with TLS. The connection is shared by all calls, and replaced when it is lost or
    /// silent.
    ///
    /// # Errors
    ///
    /// Returns [`ReplayErrorKind::Unavailable`] if the URL is malformed, or the server cannot be
    /// reached or rejects us.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, nothing is left behind.
    pub async fn connect(self, url: &str) -> Result<RedisReplayGuard, ReplayError> {
        let info = url.into_connection_info().map_err(unavailable)?;
        let tcp = TcpSettings::default().set_nodelay(true).set_keepalive(KEEPALIVE);
        #[cfg(target_os = "linux")]
        let tcp = tcp.set_user_timeout(UNACKNOWLEDGED);
        let client = Client::open(info.set_tcp_settings(tcp)).map_err(unavailable)?;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.connect_timeout))
            .set_response_timeout(Some(self.timeout));
        let guard = self.connect_with(move || {
            let (client, config) = (client.clone(), config.clone());
            async move { client.get_multiplexed_async_connection_with_config(&config).await }
        });
        guard.connections.get().await.map_err(unavailable)?;
        Ok(guard)
    }

    /// Makes a guard with connections of your own: through sentinels, or with other settings. The
    /// function is called at the first delivery, and again whenever the connection was lost.
    ///
    /// An attempt may take as long as [the timeout](RedisReplayGuardBuilder::connect_timeout). There
    /// is one at a time, and none within 100 milliseconds of one that failed. To know at the start
    /// whether there is a server, ask for [the guard's health](ReplayGuard::health).
    ///
    /// # Examples
    ///
    /// A guard that starts without a server and connects at the first delivery:
    ///
    /// ```
    /// use tower_webhook::replay::RedisReplayGuard;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = redis::Client::open("redis://127.0.0.1/")?;
    /// let guard = RedisReplayGuard::builder().connect_with(move || {
    ///     let client = client.clone();
    ///     async move { client.get_multiplexed_async_connection().await }
    /// });
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn connect_with<C, F>(
        self,
        connect: impl Fn() -> F + Send + Sync + 'static,
    ) -> RedisReplayGuard<C>
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
        F: Future<Output = RedisResult<C>> + Send + 'static,
    {
        RedisReplayGuard {
            connections: Connections::new(connect, self.connect_timeout),
            commit: Script::new(COMMIT),
            release: Script::new(RELEASE),
            extend: Script::new(EXTEND),
            key_prefix: self.key_prefix,
            timeout: self.timeout,
        }
    }

    /// Makes a guard with a connection of your own that restores itself when it is lost, such as one
    /// to a cluster.
    ///
    /// A plain [`MultiplexedConnection`] does not restore itself: once it is lost, every call fails until
    /// the guard is made anew. So give [`connect_with`](Self::connect_with) the way to make one instead.
    #[must_use]
    pub fn connection<C>(self, connection: C) -> RedisReplayGuard<C>
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
    {
        self.connect_with(move || ready(Ok(connection.clone())))
    }
}

/// After this time without a byte the peer is asked whether it is there, and asked again.
const KEEPALIVE: TcpKeepalive =
    TcpKeepalive::new().with_time(Duration::from_secs(15)).with_interval(Duration::from_secs(5));

/// A peer that acknowledges nothing for so long is gone.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);

enum Answer {
    Fresh,
    InFlight,
    Done,
}

const CLAIMED: &str = "claimed:";
const DONE: &str = "done:";

fn value(state: &str, lease: &Lease) -> String {
    format!("{state}{}", hex::encode(lease.as_bytes()))
}

/// Whole milliseconds, rounded up, so that no lease is shorter than was asked for.
fn millis(duration: Duration) -> u64 {
    let millis = bounded(duration).as_nanos().div_ceil(1_000_000);
    u64::try_from(millis).unwrap_or(u64::MAX)
}

fn unavailable(error: RedisError) -> ReplayError {
    let kind =
        if says(&error, "OOM") { ReplayErrorKind::Full } else { ReplayErrorKind::Unavailable };
    ReplayError::new(kind).with_source(error)
}
