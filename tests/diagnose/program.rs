//! The example `doctor`, as a program: the tests call themselves, and are the example then.

use std::path::PathBuf;
use std::process::Command;

use base64::Engine as _;
use serde_json::{Value, json};
use tower_webhook::Scheme;

use crate::support::{BODY, SECRET, WHSEC, now, sign};

#[path = "../../examples/doctor.rs"]
#[allow(dead_code)]
mod doctor;

const ARGUMENTS: &str = "TOWER_WEBHOOK_TEST_DOCTOR";

/// Is the example, if it is called with arguments for it.
#[test]
fn be_the_doctor() {
    if let Ok(arguments) = std::env::var(ARGUMENTS) {
        std::process::exit(doctor::run(arguments.lines().map(str::to_owned)).into());
    }
}

/// The exit status, and what is printed.
fn run(arguments: &[&str], secrets: &[(&str, &str)]) -> (i32, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "program::be_the_doctor", "--nocapture"])
        .stdin(std::process::Stdio::null());
    command
        .env_remove("WEBHOOK_SECRET")
        .env(ARGUMENTS, arguments.join("\n"))
        .envs(secrets.iter().copied());
    let output = command.output().unwrap();
    let shown =
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), shown)
}

fn as_json(shown: &str) -> Value {
    serde_json::from_str(shown.lines().find(|line| line.starts_with('{')).unwrap()).unwrap()
}

struct File(PathBuf);

impl File {
    fn new(name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = std::env::temp_dir().join(format!("doctor-{}-{name}", std::process::id()));
        std::fs::write(&path, content).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        _ = std::fs::remove_file(&self.0);
    }
}

/// A request as HTTP/1.1 writes it.
fn http(scheme: Scheme, target: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let mut text =
        format!("POST {target} HTTP/1.1\r\nHost: hooks.example.com\r\n{more}").into_bytes();
    for (name, value) in &sign(scheme, BODY) {
        text.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    text.extend([b"\r\n", body].concat());
    text
}

#[test]
fn a_saved_request_is_explained() {
    let date = "Date: Tue, 14 Nov 2023 22:13:21 GMT\r\n";
    let secret = [("WEBHOOK_SECRET", WHSEC)];
    let good = File::new("good.http", http(Scheme::STANDARD, "/hook", date, BODY));
    let (status, shown) = run(&[good.path()], &secret);
    assert!(status == 0 && shown.contains("verified"), "{shown}");
    // With bare newlines, and with one more that an editor has added.
    let length = format!("{date}Content-Length: {}\r\n", BODY.len());
    let edited = http(Scheme::STANDARD, "/hook", &length, BODY);
    let edited = String::from_utf8(edited).unwrap().replace("\r\n", "\n") + "\n";
    let edited = File::new("edited.http", edited);
    assert_eq!(run(&[edited.path()], &secret).0, 0);

    let changed =
        File::new("changed.http", http(Scheme::STANDARD, "/hook", date, &[BODY, b"\n"].concat()));
    let (status, shown) = run(&[changed.path()], &secret);
    assert!(status == 1 && shown.contains("body-newline (proved)"), "{shown}");
    assert!(shown.lines().count() < 24 && !shown.contains('\x1b'), "{shown}");
    let (status, shown) = run(&["--json", changed.path()], &secret);
    let answer = as_json(&shown);
    assert_eq!((status, &answer["verified"]), (1, &json!(false)));
    assert_eq!(answer["findings"][0]["code"], "body-newline");
    assert_eq!(answer["findings"][0]["proved"], true);

    let secrets = [("WEBHOOK_SECRET", "whsec_AQID"), ("WEBHOOK_SECRET_TEST", WHSEC)];
    let (status, shown) = run(&["--json", good.path()], &secrets);
    assert_eq!((status, &as_json(&shown)["findings"][0]["code"]), (1, &json!("other-secret")));
    assert!(!shown.contains(&WHSEC[6..]));
    // As of another time than its own.
    let (status, shown) = run(&["--at", "1800000000", good.path()], &secret);
    assert!(status == 1 && shown.contains("timestamp-old (proved)"), "{shown}");
    let (status, _) = run(&["--at", "2023-11-14T22:14:00Z", good.path()], &secret);
    assert_eq!(status, 0);
}

#[test]
fn an_event_of_a_platform_is_explained() {
    let headers: serde_json::Map<_, _> = sign(Scheme::GITHUB, BODY)
        .iter()
        .map(|(name, value)| (name.to_string(), json!(value.to_str().unwrap())))
        .collect();
    let encoded = base64::engine::general_purpose::STANDARD.encode(BODY);
    let secret = [("WEBHOOK_SECRET", SECRET)];
    let millis = now().unix_timestamp() * 1000;
    for (event, status, code) in [
        (json!({"headers": headers, "body": encoded, "isBase64Encoded": true}), 0, Value::Null),
        (json!({"headers": headers, "body": encoded}), 1, json!("body-base64")),
        (
            json!({
                "headers": headers,
                "body": str::from_utf8(BODY).unwrap(),
                "rawPath": "/a", "rawQueryString": "b=c",
                "requestContext": {"http": {"method": "POST"}, "timeEpoch": millis},
            }),
            0,
            Value::Null,
        ),
    ] {
        let file = File::new("event.json", event.to_string());
        let (exit, shown) = run(&["--json", file.path()], &secret);
        assert_eq!(exit, status, "{shown}");
        assert_eq!(as_json(&shown)["findings"][0]["code"], code);
    }
}

#[test]
fn what_cannot_be_read_is_an_error_of_its_own() {
    let secret = [("WEBHOOK_SECRET", SECRET)];
    let good = File::new("readable.http", http(Scheme::GITHUB, "/", "", BODY));
    let bad = File::new("bad.http", "GET\n");
    let worse = File::new("bad.json", "{");
    let colon = File::new("colon.http", "POST / HTTP/1.1\r\nno colon\r\n\r\n");
    let strange = File::new("strange.http", "POST / HTTP/1.1\r\nx-strange: 1\r\n\r\n");
    let files = [bad.path(), worse.path(), colon.path(), strange.path(), "/no/such/file"];
    for arguments in files.iter().map(|path| vec![*path]).chain([
        vec![],
        vec!["--what", good.path()],
        vec![good.path(), "--at"],
        vec!["--at", "noon", good.path()],
        vec!["--scheme", "gitbub", good.path()],
        vec!["--url", "nonsense", good.path()],
    ]) {
        let (status, shown) = run(&arguments, &secret);
        assert!(status == 2 && shown.contains("doctor: "), "{arguments:?} {shown}");
    }
    // A header that is missing is no reason to give up.
    let mut headers = http(Scheme::STANDARD, "/", "", BODY);
    let at = headers.windows(10).position(|it| it == b"webhook-id").unwrap();
    headers[at..at + 10].copy_from_slice(b"webhook-xx");
    let missing = File::new("missing.http", headers);
    let (status, shown) = run(&[missing.path()], &[("WEBHOOK_SECRET", WHSEC)]);
    assert!(status == 1 && shown.contains("header-missing (observed)"), "{shown}");
    let (status, shown) = run(&[good.path()], &[]);
    assert!(status == 2 && shown.contains("WEBHOOK_SECRET"), "{shown}");
    assert_eq!(run(&["--scheme", "GitHub", good.path()], &secret).0, 0);
}
