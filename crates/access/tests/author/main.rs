use access::file::*;
#[test]
fn show() {
    let t = template();
    println!("{t}");
    println!("{:#?}", look(&t, &|_| None));
    println!("{:#?}", look("nam = 3\n\n[duration]\ndefault_s = '1h'\nmax=2\n[[approval.stages]]\nn=300\n[[approval.stages]]\ngroups=['a',\n'']\n[approval]\nwithin_s=3\n[emergency]\n", &|_| None));
    println!("{:#?}", look("a=\nb=1\nb=2\n[c", &|_| None));
    println!("{:#?}", look(&t.replace("n = 2","n = 0").replace("[emergency]","[drill.x]"), &|_| None));
    println!("{:#?}", look(&t.replace("n = 2","n = 0").replace("max_duration_s = 3600","max_duration_s = 0").replace("groups = [\"directors\"]","groups=[]"), &|_| None));
}
