//! What generated people and groups are made of. Each entry pairs the name as it is written with its Latin
//! form for the user name. Nothing here may hold a character that JSON escapes: values are copied as they are.

/// A language with its names and the places where its people work.
pub(crate) struct Locale {
    /// RFC 5646 tag for `preferredLanguage`.
    pub(crate) language: &'static str,
    /// Whether the family name comes first in a display name.
    pub(crate) family_first: bool,
    /// Given names: as written, and in ASCII.
    pub(crate) given: &'static [(&'static str, &'static str)],
    /// Family names: as written, and in ASCII.
    pub(crate) family: &'static [(&'static str, &'static str)],
    /// Indexes into [`OFFICES`].
    pub(crate) offices: &'static [u8],
}

/// A place of work.
pub(crate) struct Office {
    pub(crate) city: &'static str,
    pub(crate) ascii: &'static str,
    pub(crate) region: &'static str,
    pub(crate) country: &'static str,
    pub(crate) usage: &'static str,
    pub(crate) street: &'static str,
    pub(crate) postal: &'static str,
    pub(crate) phone: &'static str,
}

const fn office(row: [&'static str; 8]) -> Office {
    let [city, ascii, region, country, usage, street, postal, phone] = row;
    Office {
        city,
        ascii,
        region,
        country,
        usage,
        street,
        postal,
        phone,
    }
}

#[rustfmt::skip]
pub(crate) const OFFICES: &[Office] = &[
    office(["Seattle", "Seattle", "WA", "United States", "US", "Pike Street", "98101", "+1 206 555"]),
    office(["Dublin", "Dublin", "Leinster", "Ireland", "IE", "Burlington Road", "D04 N5C7", "+353 1 555"]),
    office(["München", "Munich", "Bayern", "Germany", "DE", "Schwabinger Straße", "80802", "+49 89 5550"]),
    office(["Zürich", "Zurich", "Zürich", "Switzerland", "CH", "Bahnhofstrasse", "8001", "+41 44 555"]),
    office(["Montréal", "Montreal", "Québec", "Canada", "CA", "Rue Sainte-Catherine", "H3B 1A7", "+1 514 555"]),
    office(["São Paulo", "Sao Paulo", "SP", "Brazil", "BR", "Avenida Paulista", "01310-100", "+55 11 5555"]),
    office(["Málaga", "Malaga", "Andalucía", "Spain", "ES", "Calle Larios", "29005", "+34 952 55"]),
    office(["Göteborg", "Gothenburg", "Västra Götaland", "Sweden", "SE", "Östra Hamngatan", "411 09", "+46 31 55"]),
    office(["Łódź", "Lodz", "Łódzkie", "Poland", "PL", "Ulica Piotrkowska", "90-051", "+48 42 555"]),
    office(["Αθήνα", "Athens", "Αττική", "Greece", "GR", "Οδός Ερμού", "105 63", "+30 21 0555"]),
    office(["Київ", "Kyiv", "Київ", "Ukraine", "UA", "вулиця Хрещатик", "01001", "+380 44 555"]),
    office(["София", "Sofia", "София", "Bulgaria", "BG", "булевард Витоша", "1000", "+359 2 555"]),
    office(["上海", "Shanghai", "上海市", "China", "CN", "南京西路", "200040", "+86 21 5555"]),
    office(["東京", "Tokyo", "東京都", "Japan", "JP", "港区港南", "108-0075", "+81 3 5555"]),
    office(["서울", "Seoul", "서울특별시", "Korea", "KR", "종로1길", "03142", "+82 2 5555"]),
    office(["دبي", "Dubai", "دبي", "United Arab Emirates", "AE", "شارع الشيخ زايد", "00000", "+971 4 555"]),
    office(["תל אביב", "Tel Aviv", "מחוז תל אביב", "Israel", "IL", "שדרות רוטשילד", "6688119", "+972 3 555"]),
    office(["मुंबई", "Mumbai", "महाराष्ट्र", "India", "IN", "लिंक रोड", "400050", "+91 22 5555"]),
    office(["กรุงเทพฯ", "Bangkok", "กรุงเทพมหานคร", "Thailand", "TH", "ถนนสุขุมวิท", "10110", "+66 2 555"]),
    office(["İstanbul", "Istanbul", "İstanbul", "Türkiye", "TR", "Büyükdere Caddesi", "34394", "+90 212 555"]),
];

/// Latin-script languages come more than once, so that most people are written in Latin, as in most tenants.
#[rustfmt::skip]
pub(crate) const LOCALES: &[&Locale] = &[
    &ENGLISH, &ENGLISH, &ENGLISH, &ENGLISH, &GERMAN, &GERMAN, &FRENCH, &SPANISH, &PORTUGUESE, &NORDIC, &POLISH,
    &TURKISH, &GREEK, &UKRAINIAN, &BULGARIAN, &CHINESE, &JAPANESE, &KOREAN, &ARABIC, &HEBREW, &HINDI, &THAI,
];

#[rustfmt::skip]
const ENGLISH: Locale = Locale { language: "en-US", family_first: false, offices: &[0, 0, 1, 4],
    given: &[("Olivia", "olivia"), ("Emma", "emma"), ("Amelia", "amelia"), ("Grace", "grace"), ("Noah", "noah"), ("Liam", "liam"),
        ("James", "james"), ("Ethan", "ethan"), ("Chloë", "chloe"), ("Zoë", "zoe"), ("Aoife", "aoife"), ("Siân", "sian"), ("Marcus", "marcus"), ("Priya", "priya")],
    family: &[("Smith", "smith"), ("Johnson", "johnson"), ("Williams", "williams"), ("Brown", "brown"), ("Taylor", "taylor"), ("Walker", "walker"),
        ("O’Brien", "obrien"), ("Ní Dhomhnaill", "nidhomhnaill"), ("Brontë", "bronte"), ("Washington-Lee", "washingtonlee"), ("Murphy", "murphy"), ("Clarke", "clarke")] };
#[rustfmt::skip]
const GERMAN: Locale = Locale { language: "de-DE", family_first: false, offices: &[2, 3],
    given: &[("Jürgen", "juergen"), ("Käthe", "kaethe"), ("Lukas", "lukas"), ("Sören", "soeren"), ("Anna-Lena", "annalena"), ("Björn", "bjoern"), ("Heike", "heike"), ("Günther", "guenther")],
    family: &[("Müller", "mueller"), ("Schröder", "schroeder"), ("Weiß", "weiss"), ("Krämer", "kraemer"), ("von der Heide", "vonderheide"), ("Köhler", "koehler"), ("Fischer", "fischer"), ("Strauß", "strauss")] };
#[rustfmt::skip]
const FRENCH: Locale = Locale { language: "fr-CA", family_first: false, offices: &[4, 3],
    given: &[("Hélène", "helene"), ("François", "francois"), ("Anaïs", "anais"), ("Benoît", "benoit"), ("Maëlle", "maelle"), ("Jean-Luc", "jeanluc")],
    family: &[("Lefèvre", "lefevre"), ("Garçon", "garcon"), ("Île-Marchand", "ilemarchand"), ("Œuvrard", "oeuvrard"), ("Bélanger", "belanger"), ("Tremblay", "tremblay")] };
#[rustfmt::skip]
const SPANISH: Locale = Locale { language: "es-ES", family_first: false, offices: &[6],
    given: &[("María José", "mariajose"), ("Íñigo", "inigo"), ("Sofía", "sofia"), ("Andrés", "andres"), ("Begoña", "begona"), ("Martín", "martin")],
    family: &[("Muñoz García", "munozgarcia"), ("Núñez", "nunez"), ("Pérez López", "perezlopez"), ("Ibáñez", "ibanez"), ("Gutiérrez", "gutierrez")] };
#[rustfmt::skip]
const PORTUGUESE: Locale = Locale { language: "pt-BR", family_first: false, offices: &[5],
    given: &[("João", "joao"), ("Conceição", "conceicao"), ("Letícia", "leticia"), ("Antônio", "antonio"), ("Inês", "ines")],
    family: &[("Gonçalves", "goncalves"), ("Araújo", "araujo"), ("da Conceição", "daconceicao"), ("Simões", "simoes"), ("Magalhães", "magalhaes")] };
#[rustfmt::skip]
const NORDIC: Locale = Locale { language: "sv-SE", family_first: false, offices: &[7],
    given: &[("Åsa", "asa"), ("Göran", "goran"), ("Søren", "soren"), ("Þóra", "thora"), ("Märta", "marta"), ("Øyvind", "oyvind")],
    family: &[("Sjöström", "sjostrom"), ("Åkesson", "akesson"), ("Bjørnstad", "bjornstad"), ("Guðmundsdóttir", "gudmundsdottir"), ("Hägglund", "hagglund")] };
#[rustfmt::skip]
const POLISH: Locale = Locale { language: "pl-PL", family_first: false, offices: &[8],
    given: &[("Łukasz", "lukasz"), ("Małgorzata", "malgorzata"), ("Bożena", "bozena"), ("Zdzisław", "zdzislaw"), ("Věra", "vera")],
    family: &[("Wiśniewska", "wisniewska"), ("Dąbrowski", "dabrowski"), ("Zając", "zajac"), ("Dvořák", "dvorak"), ("Gałczyński", "galczynski")] };
#[rustfmt::skip]
const TURKISH: Locale = Locale { language: "tr-TR", family_first: false, offices: &[19],
    given: &[("Işıl", "isil"), ("Çağla", "cagla"), ("Ömer", "omer"), ("Gülşen", "gulsen"), ("İbrahim", "ibrahim")],
    family: &[("Yıldız", "yildiz"), ("Öztürk", "ozturk"), ("Şahin", "sahin"), ("Kılıç", "kilic"), ("Doğan", "dogan")] };
#[rustfmt::skip]
const GREEK: Locale = Locale { language: "el-GR", family_first: false, offices: &[9],
    given: &[("Ελένη", "eleni"), ("Γιώργος", "giorgos"), ("Κατερίνα", "katerina"), ("Νίκος", "nikos"), ("Δημήτρης", "dimitris")],
    family: &[("Παπαδόπουλος", "papadopoulos"), ("Οικονόμου", "oikonomou"), ("Γεωργίου", "georgiou"), ("Νικολαΐδης", "nikolaidis")] };
#[rustfmt::skip]
const UKRAINIAN: Locale = Locale { language: "uk-UA", family_first: false, offices: &[10],
    given: &[("Олена", "olena"), ("Тарас", "taras"), ("Ганна", "hanna"), ("Андрій", "andrii"), ("Їва", "yiva")],
    family: &[("Шевченко", "shevchenko"), ("Коваленко", "kovalenko"), ("Бондаренко", "bondarenko"), ("Ґудзь", "gudz")] };
#[rustfmt::skip]
const BULGARIAN: Locale = Locale { language: "bg-BG", family_first: false, offices: &[11],
    given: &[("Елена", "elena"), ("Иван", "ivan"), ("Цветана", "tsvetana"), ("Георги", "georgi")],
    family: &[("Иванова", "ivanova"), ("Димитров", "dimitrov"), ("Стоянова", "stoyanova"), ("Желев", "zhelev")] };
#[rustfmt::skip]
const CHINESE: Locale = Locale { language: "zh-CN", family_first: true, offices: &[12],
    given: &[("伟", "wei"), ("秀英", "xiuying"), ("子涵", "zihan"), ("浩然", "haoran"), ("梓萱", "zixuan"), ("𠮷祥", "jixiang")],
    family: &[("王", "wang"), ("李", "li"), ("张", "zhang"), ("欧阳", "ouyang"), ("陈", "chen"), ("刘", "liu")] };
#[rustfmt::skip]
const JAPANESE: Locale = Locale { language: "ja-JP", family_first: true, offices: &[13],
    given: &[("美咲", "misaki"), ("さくら", "sakura"), ("ケンジ", "kenji"), ("陽翔", "haruto"), ("あおい", "aoi"), ("マリコ", "mariko")],
    family: &[("田中", "tanaka"), ("佐々木", "sasaki"), ("髙橋", "takahashi"), ("山﨑", "yamazaki"), ("渡邊", "watanabe"), ("鈴木", "suzuki")] };
#[rustfmt::skip]
const KOREAN: Locale = Locale { language: "ko-KR", family_first: true, offices: &[14],
    given: &[("민준", "minjun"), ("서연", "seoyeon"), ("하은", "haeun"), ("도윤", "doyun"), ("지우", "jiwoo")],
    family: &[("김", "kim"), ("이", "lee"), ("박", "park"), ("최", "choi"), ("정", "jung")] };
#[rustfmt::skip]
const ARABIC: Locale = Locale { language: "ar-AE", family_first: false, offices: &[15],
    given: &[("فاطمة", "fatima"), ("محمد", "mohammed"), ("ليلى", "layla"), ("خالد", "khalid"), ("نور", "nour")],
    family: &[("الحسيني", "alhusseini"), ("حداد", "haddad"), ("المنصوري", "almansoori"), ("خوري", "khoury")] };
#[rustfmt::skip]
const HEBREW: Locale = Locale { language: "he-IL", family_first: false, offices: &[16],
    given: &[("נועה", "noa"), ("איתי", "itai"), ("תמר", "tamar"), ("יונתן", "yonatan")],
    family: &[("כהן", "cohen"), ("לוי", "levi"), ("מזרחי", "mizrahi"), ("שפירא", "shapira")] };
#[rustfmt::skip]
const HINDI: Locale = Locale { language: "hi-IN", family_first: false, offices: &[17],
    given: &[("अनन्या", "ananya"), ("राहुल", "rahul"), ("प्रिया", "priya"), ("अर्जुन", "arjun"), ("कृष्णा", "krishna")],
    family: &[("शर्मा", "sharma"), ("पटेल", "patel"), ("सिंह", "singh"), ("देशपांडे", "deshpande")] };
#[rustfmt::skip]
const THAI: Locale = Locale { language: "th-TH", family_first: false, offices: &[18],
    given: &[("สมชาย", "somchai"), ("มาลี", "malee"), ("กิตติ", "kitti"), ("พิมพ์ชนก", "pimchanok")],
    family: &[("ศรีสุข", "srisuk"), ("จันทร์เพ็ญ", "chanpen"), ("วงศ์สวัสดิ์", "wongsawat")] };

/// A department: its name, its division, its cost centre and the titles in it, from the head downwards.
pub(crate) struct Department {
    pub(crate) name: &'static str,
    pub(crate) division: &'static str,
    pub(crate) cost_center: &'static str,
    pub(crate) titles: [&'static str; 6],
}

const fn department(
    name: &'static str,
    division: &'static str,
    cost_center: &'static str,
    titles: [&'static str; 6],
) -> Department {
    Department {
        name,
        division,
        cost_center,
        titles,
    }
}

/// The twelve departments below the head of the company: as many as a manager has reports.
#[rustfmt::skip]
pub(crate) const DEPARTMENTS: [Department; 12] = [
    department("Engineering", "Products", "CC-1100", ["Chief Technology Officer", "Director of Engineering", "Engineering Manager", "Principal Engineer", "Senior Software Engineer", "Software Engineer"]),
    department("Sales", "Field", "CC-2100", ["Chief Revenue Officer", "Sales Director", "Regional Sales Manager", "Senior Account Executive", "Account Executive", "Sales Representative"]),
    department("Operations", "Products", "CC-1200", ["Chief Operating Officer", "Director of Operations", "Operations Manager", "Site Reliability Engineer", "Systems Administrator", "Operations Technician"]),
    department("Finance", "Corporate", "CC-3100", ["Chief Financial Officer", "Finance Director", "Controller", "Senior Accountant", "Accountant", "Accounts Clerk"]),
    department("Human Resources", "Corporate", "CC-3200", ["Chief People Officer", "HR Director", "HR Business Partner", "Senior Recruiter", "Recruiter", "HR Assistant"]),
    department("Marketing", "Field", "CC-2200", ["Chief Marketing Officer", "Marketing Director", "Brand Manager", "Campaign Manager", "Content Designer", "Marketing Assistant"]),
    department("Customer Support", "Field", "CC-2300", ["Head of Support", "Support Director", "Support Manager", "Support Engineer", "Support Specialist", "Support Agent"]),
    department("Research & Development", "Products", "CC-1300", ["Head of Research", "Research Director", "Research Lead", "Principal Scientist", "Scientist", "Research Assistant"]),
    department("Legal", "Corporate", "CC-3300", ["General Counsel", "Deputy General Counsel", "Senior Counsel", "Counsel", "Contract Specialist", "Paralegal"]),
    department("Information Security", "Corporate", "CC-3400", ["Chief Information Security Officer", "Security Director", "Security Architect", "Security Engineer", "Security Analyst", "Identity Administrator"]),
    department("Procurement", "Corporate", "CC-3500", ["Head of Procurement", "Procurement Director", "Category Manager", "Senior Buyer", "Buyer", "Procurement Assistant"]),
    department("Facilities", "Corporate", "CC-3600", ["Head of Facilities", "Facilities Director", "Facilities Manager", "Site Coordinator", "Electrician", "Receptionist"]),
];

/// What project groups are called.
#[rustfmt::skip]
pub(crate) const PROJECTS: &[&str] = &[
    "Falcon", "Aurora", "Kite", "Juniper", "Atlas", "Borealis", "Cascade", "Delta", "Ember", "Fjord", "Garnet",
    "Harbour", "Île", "Jötunn", "Koto", "Λάμδα", "Москва", "北斗", "桜", "한강", "نور", "कमल",
];
