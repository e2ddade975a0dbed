fn greeting() -> &'static str {
    "Hello, Peios!"
}

fn main() {
    println!("{}", greeting());
}

#[test]
fn greets() {
    assert!(greeting().starts_with("Hello"));
}
