//! Which script a Chinese text is written in, and words that a text must not use.
//!
//! A traditional page with a simplified character in it (or the other way round) was converted, copied or typed in a
//! hurry; people see it at once, so a test does too. The list is our own: characters common in a city's texts whose two
//! forms differ and where neither form is also an everyday character of the other script.

use vocab::Lang;

/// Traditional, then simplified, of each pair.
const PAIRS: &str = "\
國国們们個个來来對对時时會会說说過过這这裡里從从後后學学開开現现實实經经發发種种動动關关機机業业電电體体應应當当\
點点長长樣样間间問问題题無无於于與与為为還还進进運运連连遠远達达遲迟選选遞递邊边場场塊块報报壓压壞坏聲声處处備备\
複复夠够頭头夾夹奪夺奮奋婦妇媽妈孫孙寧宁寶宝審审寫写寬宽層层屬属島岛嶺岭幣币帶带帳帐幫帮幾几庫库廁厕廂厢廈厦廣广\
廠厂廳厅異异張张強强彈弹歸归錄录徑径復复徵征憶忆憂忧態态慣惯慮虑憑凭戀恋戲戏戰战戶户拋抛掃扫掛挂採采揚扬換换損损\
搖摇搶抢撥拨擇择擊击擋挡據据擠挤擬拟擴扩擺摆擾扰攝摄攔拦敗败敵敌數数斷断舊旧晝昼暫暂曉晓曆历曬晒書书東东條条\
極极構构標标樓楼樂乐樹树橋桥檔档檢检櫃柜權权歐欧歲岁歷历殘残殺杀殼壳毀毁氣气漢汉湯汤溝沟準准溫温滅灭滿满漁渔\
潔洁澤泽濁浊濃浓濕湿濟济濤涛灣湾灘滩災灾燈灯爐炉熱热燒烧營营爭争爺爷牆墙狀状獨独獎奖獲获環环產产畫画療疗癥症\
盜盗盡尽監监盤盘眾众礎础礦矿碼码確确禮礼禍祸離离積积稱称穩稳窮穷競竞筆笔節节範范築筑簡简簽签籃篮糧粮緊紧繫系紅红紀纪約约紋纹納纳\
純纯紙纸級级細细組组終终結结給给統统絕绝絲丝綠绿維维網网緒绪線线編编緩缓練练縣县總总績绩織织繞绕繪绘繼继續续\
缺缺罰罚罷罢職职聯联聽听聰聪腳脚腦脑臉脸臨临興兴舉举艙舱艦舰藍蓝藝艺藥药蘇苏蘭兰虛虚號号蟲虫術术衛卫衝冲補补裝装\
製制規规視视覺觉覽览觀观觸触計计訂订訊讯討讨訓训記记訪访設设許许訴诉診诊詞词詢询試试詩诗話话該该詳详語语誤误\
誠诚認认誰谁課课調调談谈請请諒谅論论諮咨證证識识譜谱警警譯译議议護护讀读變变讓让貓猫貝贝負负財财貢贡貧贫貨货販贩\
責责貯贮貴贵買买費费貼贴貿贸資资賣卖質质賬账購购賽赛贊赞贏赢趕赶趙赵趨趋跡迹踐践車车軌轨軍军軟软較较載载輔辅輕轻輛辆\
輪轮輸输轄辖轉转轎轿辦办辭辞農农遊游遙遥適适鄉乡鄰邻醫医釋释針针釣钓鈔钞鉛铅銀银銷销鋪铺鋼钢錢钱錯错鍋锅鍵键鎖锁\
鎮镇鏡镜鐘钟鐵铁鑒鉴門门閃闪閉闭閘闸閱阅闊阔隊队階阶際际陸陆陳陈陰阴陽阳險险隨随隱隐雙双雜杂難难雲云霧雾靈灵靜静\
響响頁页頂顶項项順顺須须預预頓顿領领頻频顆颗額额顏颜願愿類类顧顾顯显風风飛飞飯饭飲饮飾饰養养餘余館馆馬马駕驾駛驶\
駐驻騎骑騰腾驗验驚惊髒脏體体鬆松鬧闹魚鱼鮮鲜鳥鸟鴨鸭鹽盐麗丽麥麦麵面黃黄黨党齊齐齒齿龍龙龜龟\
傳传傷伤價价優优償偿億亿僅仅儀仪儘尽傘伞偉伟側侧偵侦係系倉仓倫伦債债兒儿內内兩两冊册凍冻劃划劇剧劍剑剛刚創创\
別别刪删務务勞劳勢势勝胜勵励勸劝匯汇區区協协單单卻却厭厌參参員员啟启喚唤喪丧嗎吗噸吨嚇吓嚴严囑嘱園园圍围圓圆圖图團团\
執执堅坚墊垫壇坛壽寿夢梦姍姗將将專专尋寻導导屆届巒峦師师帥帅幀帧幹干廢废彙汇彎弯後后悅悦戸户掄抡換换";

/// Traditional forms whose simplified form is an everyday traditional character of its own (or the reverse): each is
/// looked for in one script only, or not at all.
const BOTH_WAYS: &str = "后里几干余制面云系征松采游于准冲咨症迹范";

/// A character or a word that does not belong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Foreign {
    #[error("\"{found}\" is not written so in {lang} (there it is \"{instead}\"), in: {text}")]
    Character { lang: String, found: char, instead: char, text: String },
    #[error("the word \"{word}\" is not used in {lang} texts, in: {text}")]
    Word { lang: String, word: String, text: String },
}

fn pairs() -> impl Iterator<Item = (char, char)> {
    let mut characters = PAIRS.chars();
    std::iter::from_fn(move || Some((characters.next()?, characters.next()?))).filter(|(a, b)| a != b)
}

/// The simplified form of a traditional character of the list, and any other as it is: for comparing texts, not for showing.
pub fn simplified(character: char) -> char {
    static FORMS: std::sync::LazyLock<std::collections::HashMap<char, char>> =
        std::sync::LazyLock::new(|| pairs().collect());
    if character.is_ascii() { character } else { FORMS.get(&character).copied().unwrap_or(character) }
}

/// Characters of the other Chinese script. A language without `Hant` or `Hans` in its tag has none.
pub fn wrong_characters(lang: &Lang, text: &str) -> Vec<Foreign> {
    let traditional = match lang.script() {
        Some("Hant") => true,
        Some("Hans") => false,
        _ => return Vec::new(),
    };
    let mut found = Vec::new();
    for c in text.chars().filter(|c| !c.is_ascii()) {
        let other = pairs().find(|(hant, hans)| {
            let wrong = if traditional { *hans } else { *hant };
            wrong == c && !BOTH_WAYS.contains(c)
        });
        if let Some((hant, hans)) = other {
            let instead = if traditional { hant } else { hans };
            let foreign = Foreign::Character { lang: lang.to_string(), found: c, instead, text: text.into() };
            if !found.contains(&foreign) {
                found.push(foreign);
            }
        }
    }
    found
}

/// Words of the pack's glossary that texts of this language must not use.
pub fn forbidden_words(lang: &Lang, text: &str, forbidden: &[String]) -> Vec<Foreign> {
    let low = text.to_lowercase();
    forbidden
        .iter()
        .filter(|word| !word.is_empty() && stands_alone(&low, &word.to_lowercase()))
        .map(|word| Foreign::Word { lang: lang.to_string(), word: word.clone(), text: text.into() })
        .collect()
}

/// Whether a word is there, and for words in letters: as a whole word. Chinese has no spaces to tell.
fn stands_alone(text: &str, word: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && (c as u32) < 0x2E80);
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + word.len()..].chars().next());
        let grows_left = letter(before) && letter(word.chars().next());
        let grows_right = letter(after) && letter(word.chars().next_back());
        !grows_left && !grows_right
    })
}

#[cfg(test)]
mod tests;
