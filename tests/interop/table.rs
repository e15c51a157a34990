//! What became of the cases, as the README shows it.

use http::StatusCode;

use crate::cases::{self, Delivery, Family};
use crate::libraries::{Libraries, Library};
use crate::receiver::{Receiver, post};

pub(crate) async fn of(family: Family, libraries: &Libraries, receiver: &Receiver) -> String {
    let theirs: Vec<_> = libraries.all().filter(|(library, _)| library.family == family).collect();
    let titles: Vec<_> = theirs.iter().map(|(library, _)| Library::title(library)).collect();
    let mut table = format!(
        "\n### {}\n\n| delivery | ours | {} | why |\n|---|---|{}---|\n",
        family.title(),
        titles.join(" | "),
        "---|".repeat(titles.len()),
    );
    for case in cases::of(family) {
        let ours = verdict(&receiver.url(family.scheme()), &case.delivery).await;
        let mut row = vec![ours];
        for (library, base) in &theirs {
            row.push(verdict(&format!("{base}/{}", library.name), &case.delivery).await);
        }
        let differ = row.iter().any(|verdict| *verdict != ours);
        assert_eq!(differ, !case.why.is_empty(), "{family:?}, {}: {row:?}", case.name);
        table += &format!("| {} | {} | {} |\n", case.name, row.join(" | "), case.why);
    }
    table
}

async fn verdict(url: &str, delivery: &Delivery) -> &'static str {
    let (status, why) = post(url, delivery.headers.clone(), delivery.body.clone()).await;
    match status {
        StatusCode::NO_CONTENT => "accepts",
        StatusCode::UNAUTHORIZED => "refuses",
        other => panic!("{url}: {other} {why}"),
    }
}
