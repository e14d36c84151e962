//! Chinese as people write it: its own signs, and the characters of its own script.

use super::{Breaches, Law, problems};
use crate::house::{File, House};

pub const LAW: Law = Law {
    name: "chinese-is-written-not-converted",
    reason: "a half-width comma or one character of the other script tells every reader that nobody who reads this language \
             has looked at the page",
    way_out: "write ，。：；？！（） between Chinese characters, traditional characters under zh-Hant and simplified ones under zh-Hans",
    find,
};

/// Frequent characters whose two forms differ and stand for nothing else: simplified, then traditional.
const PAIRS: &str = "国國学學发發开開关關时時间間车車动動电電话話语語请請这這来來对對说說们們个個为為与與业業东東两兩严嚴丰豐临臨举舉么麼义義乐樂习習书書买買乱亂争爭亚亞产產亲親亿億仅僅从從仓倉仪儀价價众眾优優伙夥会會伟偉\
传傳伤傷伦倫体體侧側侦偵俭儉债債倾傾储儲儿兒兰蘭兴興养養兽獸内內册冊写寫军軍农農冻凍净淨减減凭憑击擊则則刚剛创創删刪别別办辦务務劳勞势勢区區医醫华華协協单單卖賣卢盧卫衛厂廠历歷厅廳压壓厌厭县縣双雙变變\
叶葉号號吗嗎听聽启啟员員响響园園围圍图圖圆圓圣聖场場坏壞块塊坚堅坛壇执執备備复復够夠头頭夹夾夺奪奋奮奖獎妇婦孙孫宝寶实實审審宽寬宾賓导導寿壽将將尔爾尘塵尝嘗层層岁歲岛島岭嶺币幣帅帥师師帐帳带帶帮幫库庫\
应應庙廟废廢异異弃棄张張弯彎弹彈归歸当當录錄总總态態怀懷恋戀惊驚惯慣愿願户戶扩擴扫掃扬揚抚撫护護报報担擔拥擁择擇挂掛损損换換据據摄攝数數断斷无無旧舊显顯晒曬暂暫机機杀殺权權条條极極构構标標栏欄树樹样樣\
桥橋检檢楼樓欢歡残殘毕畢气氣汉漢汇匯没沒沟溝泪淚泽澤洁潔浅淺测測济濟浏瀏浓濃涨漲温溫湾灣湿濕滞滯满滿滨濱灯燈灵靈灾災点點炼煉热熱爱愛牵牽状狀独獨猎獵环環现現画畫疗療监監盖蓋盘盤码碼确確礼禮离離种種积積\
称稱稳穩穷窮竞競笔筆签簽简簡类類粮糧紧緊纪紀约約级級纯純纳納线線练練组組细細终終经經结結给給络絡绝絕统統继繼续續绩績维維综綜绿綠缆纜编編缘緣网網罗羅罚罰联聯聪聰职職脑腦舰艦艺藝节節苏蘇荐薦药藥获獲营營\
萧蕭蓝藍虽雖蚁蟻补補装裝见見观觀规規视視览覽觉覺触觸订訂计計认認讨討让讓训訓议議记記讲講许許论論设設访訪证證评評识識诉訴词詞译譯试試诗詩诚誠详詳误誤课課调調谁誰谅諒谢謝谨謹贝貝负負财財责責败敗货貨质質\
购購贯貫贴貼贵貴费費资資赛賽赞讚赶趕趋趨跃躍践踐踪蹤转轉轮輪软軟轻輕载載较較辅輔辆輛辉輝输輸达達过過迈邁运運还還进進远遠违違连連迟遲选選逊遜递遞遗遺邮郵邻鄰释釋鉴鑒针針钟鐘钢鋼钱錢铁鐵铃鈴银銀链鏈销銷\
锁鎖错錯锦錦键鍵镇鎮镜鏡长長门門闭閉问問闲閒闻聞阅閱队隊阳陽阴陰阵陣阶階际際陆陸陈陳险險随隨隐隱难難雾霧静靜韩韓页頁顶頂项項顺順须須顾顧预預领領频頻题題颜顏额額风風飞飛饭飯饮飲馆館驶駛驾駕验驗骑騎鱼魚\
鸟鳥鸡雞麦麥黄黃齐齊齿齒龄齡龙龍龟龜";

/// Signs that Chinese writes in its own width.
const HALF_WIDTH: &str = ",;:?!()";

fn find(house: &House, breaches: &mut Breaches) {
    for file in house.files.values() {
        let by_name = [("zh-Hant", "zh-Hant"), ("zh-Hans", "zh-Hans")]
            .into_iter()
            .find(|(_, tag)| file.path.ends_with(".ftl") && file.name().contains(tag))
            .map(|(script, _)| script);
        if by_name.is_none() && !is_data(file) {
            continue;
        }
        for (number, line) in file.lines().filter(|(_, line)| !line.starts_with('#')) {
            let texts = match by_name {
                Some(script) => vec![(script, line)],
                None => marked(line),
            };
            for (script, text) in texts {
                judge(breaches, file, number, script, text);
            }
        }
    }
    // In Rust, Chinese stands in the table of problem codes.
    for row in problems::rows(house) {
        judge(breaches, row.file, row.line, "zh-Hant", row.hant);
        judge(breaches, row.file, row.line, "zh-Hans", row.hans);
    }
}

fn judge(breaches: &mut Breaches, file: &File, line: usize, script: &str, text: &str) {
    if let Some(sign) = half_width(text) {
        breaches.add(&file.path, line, format!("a half-width {sign} beside a Chinese character"));
    }
    if let Some(stranger) = of_the_other_script(script, text) {
        breaches.add(&file.path, line, format!("{stranger} is not written so in {script}"));
    }
}

fn is_data(file: &File) -> bool {
    let folder = ["cities/", "tests/packs/", "docs/"].iter().any(|folder| file.path.starts_with(folder));
    folder
        && [".toml", ".md", ".geojson"].iter().any(|end| file.path.ends_with(end))
        && !file.path.contains("/fixtures/")
}

/// The texts that a line gives for one of the two scripts: `zh-Hant = "…"` or `"zh-Hant": "…"`.
fn marked(line: &str) -> Vec<(&'static str, &str)> {
    let mut found = Vec::new();
    for script in ["zh-Hant", "zh-Hans"] {
        for (at, tag) in line.match_indices(script) {
            let rest = line[at + tag.len()..].trim_start_matches(['"', ' ', '=', ':']);
            let opened =
                line[at + tag.len()..].len() > rest.len() && line[..line.len() - rest.len()].ends_with('"');
            if opened {
                found.push((script, rest.split('"').next().unwrap_or_default()));
            }
        }
    }
    found
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c) || ('\u{3400}'..='\u{4dbf}').contains(&c)
}

fn half_width(text: &str) -> Option<char> {
    let chars: Vec<char> = text.chars().collect();
    chars.windows(2).find_map(|pair| match pair {
        [a, b] if is_han(*a) && HALF_WIDTH.contains(*b) => Some(*b),
        [a, b] if is_han(*b) && HALF_WIDTH.contains(*a) => Some(*a),
        _ => None,
    })
}

fn of_the_other_script(script: &str, text: &str) -> Option<char> {
    let pairs: Vec<char> = PAIRS.chars().collect();
    let strangers = |c: &char| {
        pairs.chunks(2).any(|pair| match script {
            "zh-Hant" => pair[0] == *c,
            _ => pair[1] == *c,
        })
    };
    text.chars().filter(|c| is_han(*c)).find(strangers)
}
